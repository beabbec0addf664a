import { asFloat, type Frame, getBits, getDouble, getLong, setDoubles, setLanes, setLongs } from './frame.js'
import type { Lowering } from './lowering.js'

// Vectors of two lanes.

const unary =
  (code: number): Lowering =>
  frame => {
    const a = frame.take()
    setDoubles(frame, frame.put(), i => {
      getDouble(frame, a, i)
      frame.emit(code)
    })
  }

const binary =
  (code: number): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setDoubles(frame, frame.put(), i => {
      getDouble(frame, a, i)
      getDouble(frame, b, i)
      frame.emit(code)
    })
  }

type GetLane = (frame: Frame, slot: number, half: number) => void

const compare =
  (get: GetLane, code: number): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setLongs(frame, frame.put(), i => {
      frame.emit(0x42, 0)
      get(frame, a, i)
      get(frame, b, i)
      frame.emit(code, 0xad, 0x7d)
    })
  }

const pick =
  (less: boolean): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setDoubles(frame, frame.put(), i => {
      for (const slot of less ? [b, a, b, a] : [b, a, a, b]) getDouble(frame, slot, i)
      frame.emit(0x63, 0x1b)
    })
  }

const longBinary =
  (code: number): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setLongs(frame, frame.put(), i => {
      getLong(frame, a, i)
      getLong(frame, b, i)
      frame.emit(code)
    })
  }

const shift =
  (code: number): Lowering =>
  frame => {
    frame.takeScalar()
    frame.set(frame.temp.i32)
    const a = frame.take()
    setLongs(frame, frame.put(), i => {
      getLong(frame, a, i)
      frame.get(frame.temp.i32)
      frame.emit(0xad, code)
    })
  }

const negate: Lowering = frame => {
  const a = frame.take()
  setLongs(frame, frame.put(), i => {
    frame.emit(0x42, 0)
    getLong(frame, a, i)
    frame.emit(0x7d)
  })
}

/** Lanes `from` and `from` + 1 of four, each twice as wide. */
const extend =
  (from: number, code: number): Lowering =>
  frame => {
    const a = frame.take()
    setLongs(frame, frame.put(), i => {
      getBits(frame, a, from + i)
      frame.emit(code)
    })
  }

/** Two lanes become two of half the width and two of zeros. */
const halved =
  (...codes: number[]): Lowering =>
  frame => {
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      if (i < 2) {
        getDouble(frame, a, i)
        frame.emit(...codes)
      } else {
        frame.constant(0)
        frame.emit(asFloat)
      }
    })
  }

const doubled =
  (...codes: number[]): Lowering =>
  frame => {
    const a = frame.take()
    setDoubles(frame, frame.put(), i => {
      frame.get(frame.lane(a, i))
      frame.emit(...codes)
    })
  }

const each = (
  first: number,
  codes: readonly number[],
  make: (code: number) => Lowering,
): [number, Lowering][] => codes.map((code, i) => [first + i, make(code)])

export const lanes64: readonly (readonly [number, Lowering])[] = [
  ...each(71, [0x61, 0x62, 0x63, 0x64, 0x65, 0x66], code => compare(getDouble, code)),
  [94, halved(0xb6)],
  [95, doubled(0xbb)],
  [116, unary(0x9b)],
  [117, unary(0x9c)],
  [122, unary(0x9d)],
  [148, unary(0x9e)],
  [193, negate],
  [199, extend(0, 0xac)],
  [200, extend(2, 0xac)],
  [201, extend(0, 0xad)],
  [202, extend(2, 0xad)],
  ...each(203, [0x86, 0x87, 0x88], shift),
  [206, longBinary(0x7c)],
  [209, longBinary(0x7d)],
  [213, longBinary(0x7e)],
  ...each(214, [0x51, 0x52, 0x53, 0x55, 0x57, 0x59], code => compare(getLong, code)),
  [236, unary(0x99)],
  [237, unary(0x9a)],
  [239, unary(0x9f)],
  ...each(240, [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5], binary),
  [246, pick(true)],
  [247, pick(false)],
  [252, halved(0xfc, 2, asFloat)],
  [253, halved(0xfc, 3, asFloat)],
  [254, doubled(0xbc, 0xb7)],
  [255, doubled(0xbc, 0xb8)],
]
