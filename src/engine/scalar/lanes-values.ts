import { asFloat, asInteger, getBits, getLong, setLanes, splitLong } from './frame.js'
import type { Lowering } from './lowering.js'

// Where the numbers of a vector come from: constants, shuffles, splats, and single lanes that are read and replaced.

const constant: Lowering = (frame, reader) => {
  const words = new DataView(reader.bytes.buffer, reader.bytes.byteOffset + reader.at, 16)
  reader.at += 16
  setLanes(frame, frame.put(), i => {
    frame.constant(words.getInt32(i * 4, true))
    frame.emit(asFloat)
  })
}

const shuffle: Lowering = (frame, reader) => {
  const picks = reader.bytes.subarray(reader.at, reader.at + 16)
  reader.at += 16
  const b = frame.take()
  const a = frame.take()
  setLanes(frame, frame.put(), i => {
    const [first, ...rest] = picks.subarray(i * 4, i * 4 + 4) as unknown as [number, ...number[]]
    const wordOf = (pick: number): readonly [number, number] => [pick < 16 ? a : b, (pick % 16) >> 2]
    if (first % 4 === 0 && rest.every((pick, k) => pick === first + k + 1)) {
      frame.get(frame.lane(...wordOf(first)))
      return
    }
    ;[first, ...rest].forEach((pick, k) => {
      getBits(frame, ...wordOf(pick))
      frame.constant((pick % 4) * 8)
      frame.emit(0x76)
      frame.constant(0xff)
      frame.emit(0x71)
      frame.constant(k * 8)
      frame.emit(0x74)
      if (k > 0) frame.emit(0x72)
    })
    frame.emit(asFloat)
  })
}

/** All four lanes from the number on the stack, which `codes` make an f32. */
const splat32 =
  (...codes: number[]): Lowering =>
  frame => {
    frame.takeScalar()
    frame.emit(...codes)
    const slot = frame.put()
    frame.set(frame.lane(slot, 0))
    for (let i = 1; i < 4; i++) {
      frame.get(frame.lane(slot, 0))
      frame.set(frame.lane(slot, i))
    }
  }

const splat64 =
  (...codes: number[]): Lowering =>
  frame => {
    frame.takeScalar()
    frame.emit(...codes)
    splitLong(frame)
    const slot = frame.put()
    for (const i of [1, 0]) frame.set(frame.lane(slot, i))
    for (const i of [2, 3]) {
      frame.get(frame.lane(slot, i - 2))
      frame.set(frame.lane(slot, i))
    }
  }

const extract =
  (bits: 32 | 64, ...codes: number[]): Lowering =>
  (frame, reader) => {
    const lane = reader.bytes[reader.at++]!
    const a = frame.take()
    frame.putScalar()
    if (bits === 64) getLong(frame, a, lane)
    else frame.get(frame.lane(a, lane))
    frame.emit(...codes)
  }

const replace =
  (bits: 32 | 64, ...codes: number[]): Lowering =>
  (frame, reader) => {
    const lane = reader.bytes[reader.at++]!
    frame.takeScalar()
    frame.emit(...codes)
    const a = frame.take()
    frame.put()
    if (bits === 32) frame.set(frame.lane(a, lane))
    else {
      splitLong(frame)
      frame.set(frame.lane(a, lane * 2 + 1))
      frame.set(frame.lane(a, lane * 2))
    }
  }

export const lanesValues: readonly (readonly [number, Lowering])[] = [
  [12, constant],
  [13, shuffle],
  [17, splat32(asFloat)],
  [18, splat64()],
  [19, splat32()],
  [20, splat64(0xbd)],
  [27, extract(32, asInteger)],
  [28, replace(32, asFloat)],
  [29, extract(64)],
  [30, replace(64)],
  [31, extract(32)],
  [32, replace(32)],
  [33, extract(64, 0xbf)],
  [34, replace(64, 0xbd)],
]
