import { readNumber, type Reader } from './bytes.js'
import { asFloat, asInteger, type Frame, getBits, setLanes } from './frame.js'
import type { Lowering } from './lowering.js'

// Loads and stores, of whole vectors and of one lane.

const load = { f32: 0x2a, s8: 0x2c, u8: 0x2d, s16: 0x2e, u16: 0x2f } as const
const store = { f32: 0x38, i8: 0x3a, i16: 0x3b } as const

const offsetOf = (reader: Reader): number => {
  readNumber(reader)
  return readNumber(reader)
}

/** Keeps the address that is on the stack. */
const keepAddress = (frame: Frame): void => {
  frame.takeScalar()
  frame.set(frame.temp.i32)
}

const fetch = (frame: Frame, code: number, offset: number): void => {
  frame.get(frame.temp.i32)
  frame.access(code, 0, offset)
}

const zero = (frame: Frame): void => {
  frame.constant(0)
  frame.emit(asFloat)
}

/** Lane i is the f32 at `places[i]` bytes; undefined: 0. */
const loadLanes =
  (places: readonly (number | undefined)[]): Lowering =>
  (frame, reader) => {
    const offset = offsetOf(reader)
    keepAddress(frame)
    setLanes(frame, frame.put(), i => {
      const place = places[i]
      if (place === undefined) zero(frame)
      else fetch(frame, load.f32, offset + place)
    })
  }

/** 64 bits become a vector, their numbers of `bits` widened to twice that. */
const loadWide =
  (bits: 8 | 16 | 32, signed: boolean): Lowering =>
  (frame, reader) => {
    const offset = offsetOf(reader)
    keepAddress(frame)
    setLanes(frame, frame.put(), i => {
      if (bits === 8) {
        const code = signed ? load.s8 : load.u8
        fetch(frame, code, offset + i * 2)
        frame.constant(0xffff)
        frame.emit(0x71)
        fetch(frame, code, offset + i * 2 + 1)
        frame.emit(0x41, 16, 0x74, 0x72, asFloat)
      } else if (bits === 16) {
        fetch(frame, signed ? load.s16 : load.u16, offset + i * 2)
        frame.emit(asFloat)
      } else if (i % 2 === 0) fetch(frame, load.f32, offset + i * 2)
      else if (signed) {
        fetch(frame, load.f32, offset + (i - 1) * 2)
        frame.emit(asInteger, 0x41, 31, 0x75, asFloat)
      } else zero(frame)
    })
  }

const loadSplat =
  (bits: 8 | 16): Lowering =>
  (frame, reader) => {
    const offset = offsetOf(reader)
    keepAddress(frame)
    setLanes(frame, frame.put(), () => {
      fetch(frame, bits === 8 ? load.u8 : load.u16, offset)
      frame.constant(bits === 8 ? 0x01010101 : 0x00010001)
      frame.emit(0x6c, asFloat)
    })
  }

const storeAll: Lowering = (frame, reader) => {
  const offset = offsetOf(reader)
  const a = frame.take()
  keepAddress(frame)
  for (let i = 0; i < 4; i++) {
    frame.get(frame.temp.i32)
    frame.get(frame.lane(a, i))
    frame.access(store.f32, 0, offset + i * 4)
  }
}

/** Loads into one lane of a vector. */
const loadLane =
  (bits: 8 | 16 | 32 | 64): Lowering =>
  (frame, reader) => {
    const offset = offsetOf(reader)
    const lane = reader.bytes[reader.at++]!
    const a = frame.take()
    keepAddress(frame)
    frame.put()
    if (bits >= 32)
      for (let i = 0; i < bits / 32; i++) {
        fetch(frame, load.f32, offset + i * 4)
        frame.set(frame.lane(a, (lane * bits) / 32 + i))
      }
    else {
      const word = Math.floor((lane * bits) / 32)
      const shift = (lane * bits) % 32
      getBits(frame, a, word)
      frame.constant(~((2 ** bits - 1) << shift))
      frame.emit(0x71)
      fetch(frame, bits === 8 ? load.u8 : load.u16, offset)
      frame.constant(shift)
      frame.emit(0x74, 0x72, asFloat)
      frame.set(frame.lane(a, word))
    }
  }

const storeLane =
  (bits: 8 | 16 | 32 | 64): Lowering =>
  (frame, reader) => {
    const offset = offsetOf(reader)
    const lane = reader.bytes[reader.at++]!
    const a = frame.take()
    keepAddress(frame)
    if (bits >= 32)
      for (let i = 0; i < bits / 32; i++) {
        frame.get(frame.temp.i32)
        frame.get(frame.lane(a, (lane * bits) / 32 + i))
        frame.access(store.f32, 0, offset + i * 4)
      }
    else {
      frame.get(frame.temp.i32)
      getBits(frame, a, Math.floor((lane * bits) / 32))
      frame.constant((lane * bits) % 32)
      frame.emit(0x76)
      frame.access(bits === 8 ? store.i8 : store.i16, 0, offset)
    }
  }

export const lanesMemory: readonly (readonly [number, Lowering])[] = [
  [0, loadLanes([0, 4, 8, 12])],
  [1, loadWide(8, true)],
  [2, loadWide(8, false)],
  [3, loadWide(16, true)],
  [4, loadWide(16, false)],
  [5, loadWide(32, true)],
  [6, loadWide(32, false)],
  [7, loadSplat(8)],
  [8, loadSplat(16)],
  [9, loadLanes([0, 0, 0, 0])],
  [10, loadLanes([0, 4, 0, 4])],
  [11, storeAll],
  ...([8, 16, 32, 64] as const).map((bits, i): [number, Lowering] => [84 + i, loadLane(bits)]),
  ...([8, 16, 32, 64] as const).map((bits, i): [number, Lowering] => [88 + i, storeLane(bits)]),
  [92, loadLanes([0, undefined, undefined, undefined])],
  [93, loadLanes([0, 4, undefined, undefined])],
]
