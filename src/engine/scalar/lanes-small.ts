import { asFloat, type Frame, getBits, setLanes } from './frame.js'
import type { Lowering } from './lowering.js'

// Vectors of sixteen or eight lanes: parts of the four words.

/** Part `part` of so many bits, as an i32. */
const getPart = (frame: Frame, slot: number, bits: number, part: number, signed: boolean): void => {
  const shift = (part * bits) % 32
  getBits(frame, slot, Math.floor((part * bits) / 32))
  if (signed) {
    frame.constant(32 - bits - shift)
    frame.emit(0x74)
    frame.constant(32 - bits)
    frame.emit(0x75)
  } else {
    frame.constant(shift)
    frame.emit(0x76)
    frame.constant(2 ** bits - 1)
    frame.emit(0x71)
  }
}

/** Puts a vector together from the low bits of what `part` leaves on the stack. */
const setParts = (frame: Frame, slot: number, bits: number, part: (part: number) => void): void => {
  const parts = 32 / bits
  setLanes(frame, slot, lane => {
    for (let i = 0; i < parts; i++) {
      part(lane * parts + i)
      frame.constant(2 ** bits - 1)
      frame.emit(0x71)
      frame.constant(i * bits)
      frame.emit(0x74)
      if (i > 0) frame.emit(0x72)
    }
    frame.emit(asFloat)
  })
}

const compare =
  (bits: number, code: number, signed: boolean): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setParts(frame, frame.put(), bits, part => {
      frame.constant(0)
      getPart(frame, a, bits, part, signed)
      getPart(frame, b, bits, part, signed)
      frame.emit(code, 0x6b)
    })
  }

const binary =
  (bits: number, code: number): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setParts(frame, frame.put(), bits, part => {
      getPart(frame, a, bits, part, false)
      getPart(frame, b, bits, part, false)
      frame.emit(code)
    })
  }

const pick =
  (bits: number, code: number, signed: boolean): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setParts(frame, frame.put(), bits, part => {
      for (const slot of [a, b, a, b]) getPart(frame, slot, bits, part, signed)
      frame.emit(code, 0x1b)
    })
  }

const negate =
  (bits: number): Lowering =>
  frame => {
    const a = frame.take()
    setParts(frame, frame.put(), bits, part => {
      frame.constant(0)
      getPart(frame, a, bits, part, false)
      frame.emit(0x6b)
    })
  }

const shift =
  (bits: number, code: number): Lowering =>
  frame => {
    frame.takeScalar()
    frame.constant(bits - 1)
    frame.emit(0x71)
    frame.set(frame.temp.i32)
    const a = frame.take()
    setParts(frame, frame.put(), bits, part => {
      getPart(frame, a, bits, part, code === 0x75)
      frame.get(frame.temp.i32)
      frame.emit(code)
    })
  }

/** The number on the stack, held between two bounds. */
const clamp = (frame: Frame, low: number, high: number): void => {
  const { i32 } = frame.temp
  for (const [bound, code] of [
    [high, 0x48],
    [low, 0x4a],
  ] as const) {
    frame.set(i32)
    frame.get(i32)
    frame.constant(bound)
    frame.get(i32)
    frame.constant(bound)
    frame.emit(code, 0x1b)
  }
}

/** Two vectors of twice the width become one, what does not fit the nearest that does. */
const narrow =
  (bits: number, signed: boolean): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    const [low, high] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1]
    const half = 64 / bits
    setParts(frame, frame.put(), bits, part => {
      getPart(frame, part < half ? a : b, bits * 2, part % half, true)
      clamp(frame, low, high)
    })
  }

/** The lower or upper half's parts, each twice as wide. */
const extend =
  (bits: number, upper: boolean, signed: boolean): Lowering =>
  frame => {
    const a = frame.take()
    setParts(frame, frame.put(), bits * 2, part =>
      getPart(frame, a, bits, part + (upper ? 64 / bits : 0), signed),
    )
  }

const extract =
  (bits: number, signed: boolean): Lowering =>
  (frame, reader) => {
    const part = reader.bytes[reader.at++]!
    const a = frame.take()
    frame.putScalar()
    getPart(frame, a, bits, part, signed)
  }

const replace =
  (bits: number): Lowering =>
  (frame, reader) => {
    const part = reader.bytes[reader.at++]!
    frame.takeScalar()
    frame.set(frame.temp.other)
    const a = frame.take()
    const lane = Math.floor((part * bits) / 32)
    const shiftBy = (part * bits) % 32
    frame.put()
    getBits(frame, a, lane)
    frame.constant(~((2 ** bits - 1) << shiftBy))
    frame.emit(0x71)
    frame.get(frame.temp.other)
    frame.constant(2 ** bits - 1)
    frame.emit(0x71)
    frame.constant(shiftBy)
    frame.emit(0x74, 0x72, asFloat)
    frame.set(frame.lane(a, lane))
  }

const splat =
  (bits: number): Lowering =>
  frame => {
    frame.takeScalar()
    frame.set(frame.temp.other)
    setParts(frame, frame.put(), bits, () => frame.get(frame.temp.other))
  }

const comparisons = (first: number, bits: number): [number, Lowering][] =>
  [0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f].map((code, i) => [
    first + i,
    compare(bits, code, code % 2 === 0),
  ])

/** Instructions that come in both widths, at the same distance from the first of their width. */
const family = (base: number, bits: number): [number, Lowering][] => [
  [base + 1, negate(bits)],
  [base + 11, shift(bits, 0x74)],
  [base + 12, shift(bits, 0x75)],
  [base + 13, shift(bits, 0x76)],
  [base + 14, binary(bits, 0x6a)],
  [base + 17, binary(bits, 0x6b)],
  [base + 22, pick(bits, 0x48, true)],
  [base + 23, pick(bits, 0x49, false)],
  [base + 24, pick(bits, 0x4a, true)],
  [base + 25, pick(bits, 0x4b, false)],
]

export const lanesSmall: readonly (readonly [number, Lowering])[] = [
  [15, splat(8)],
  [16, splat(16)],
  [21, extract(8, true)],
  [22, extract(8, false)],
  [23, replace(8)],
  [24, extract(16, true)],
  [25, extract(16, false)],
  [26, replace(16)],
  ...comparisons(35, 8),
  ...comparisons(45, 16),
  ...family(96, 8),
  ...family(128, 16),
  [101, narrow(8, true)],
  [102, narrow(8, false)],
  [133, narrow(16, true)],
  [134, narrow(16, false)],
  [135, extend(8, false, true)],
  [136, extend(8, true, true)],
  [137, extend(8, false, false)],
  [138, extend(8, true, false)],
  [149, binary(16, 0x6c)],
  [167, extend(16, false, true)],
  [168, extend(16, true, true)],
  [169, extend(16, false, false)],
  [170, extend(16, true, false)],
]
