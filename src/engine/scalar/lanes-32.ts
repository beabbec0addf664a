import { asFloat, type Frame, getBits, setLanes } from './frame.js'
import type { Lowering } from './lowering.js'

// Vectors of four lanes: the scalar instruction of the same name, four times.

const unary =
  (code: number): Lowering =>
  frame => {
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      frame.get(frame.lane(a, i))
      frame.emit(code)
    })
  }

const binary =
  (code: number): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      frame.get(frame.lane(a, i))
      frame.get(frame.lane(b, i))
      frame.emit(code)
    })
  }

const compare =
  (code: number): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      frame.constant(0)
      frame.get(frame.lane(a, i))
      frame.get(frame.lane(b, i))
      frame.emit(code, 0x6b, asFloat)
    })
  }

/** The second where it is less (pmin) or greater (pmax), else the first. */
const pick =
  (less: boolean): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      const [x, y] = [frame.lane(a, i), frame.lane(b, i)]
      for (const local of [y, x]) frame.get(local)
      for (const local of less ? [y, x] : [x, y]) frame.get(local)
      frame.emit(0x5d, 0x1b)
    })
  }

/** Of a lane's bits as an i32. */
const bitsUnary =
  (...codes: number[]): Lowering =>
  frame => {
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      getBits(frame, a, i)
      frame.emit(...codes, asFloat)
    })
  }

const bitsBinary =
  (...codes: number[]): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      getBits(frame, a, i)
      getBits(frame, b, i)
      frame.emit(...codes, asFloat)
    })
  }

const bitsCompare =
  (code: number): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      frame.constant(0)
      getBits(frame, a, i)
      getBits(frame, b, i)
      frame.emit(code, 0x6b, asFloat)
    })
  }

/** The first where it compares so, else the second. */
const bitsPick =
  (code: number): Lowering =>
  frame => {
    const b = frame.take()
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      for (const slot of [a, b, a, b]) getBits(frame, slot, i)
      frame.emit(code, 0x1b, asFloat)
    })
  }

const negate: Lowering = frame => {
  const a = frame.take()
  setLanes(frame, frame.put(), i => {
    frame.constant(0)
    getBits(frame, a, i)
    frame.emit(0x6b, asFloat)
  })
}

/** |x| = (x ^ s) − s, where s is x's sign in all bits. */
const absolute: Lowering = frame => {
  const a = frame.take()
  const sign = (i: number): void => {
    getBits(frame, a, i)
    frame.emit(0x41, 31, 0x75)
  }
  setLanes(frame, frame.put(), i => {
    getBits(frame, a, i)
    sign(i)
    frame.emit(0x73)
    sign(i)
    frame.emit(0x6b, asFloat)
  })
}

const shift =
  (code: number): Lowering =>
  frame => {
    frame.takeScalar()
    frame.set(frame.temp.i32)
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      getBits(frame, a, i)
      frame.get(frame.temp.i32)
      frame.emit(code, asFloat)
    })
  }

/** v1 where the mask is 1, v2 where it is 0, bit by bit. */
const bitselect: Lowering = frame => {
  const mask = frame.take()
  const b = frame.take()
  const a = frame.take()
  setLanes(frame, frame.put(), i => {
    // ((a ^ b) & mask) ^ b
    getBits(frame, a, i)
    getBits(frame, b, i)
    frame.emit(0x73)
    getBits(frame, mask, i)
    frame.emit(0x71)
    getBits(frame, b, i)
    frame.emit(0x73, asFloat)
  })
}

const fold =
  (lane: (frame: Frame, slot: number, i: number) => void, code: number, ...last: number[]): Lowering =>
  frame => {
    const a = frame.take()
    frame.putScalar()
    for (let i = 0; i < 4; i++) {
      lane(frame, a, i)
      if (i > 0) frame.emit(code)
    }
    frame.emit(...last)
  }

const isSet = (frame: Frame, slot: number, i: number): void => {
  getBits(frame, slot, i)
  frame.emit(0x45, 0x45)
}

/** Signs of the lanes, the first in the lowest bit. */
const signBit = (frame: Frame, slot: number, i: number): void => {
  getBits(frame, slot, i)
  frame.emit(0x41, 31, 0x76, 0x41, i, 0x74)
}

const each = (
  first: number,
  codes: readonly number[],
  make: (code: number) => Lowering,
): [number, Lowering][] => codes.map((code, i) => [first + i, make(code)])

export const lanes32: readonly (readonly [number, Lowering])[] = [
  ...each(55, [0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f], bitsCompare),
  ...each(65, [0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x60], compare),
  [77, bitsUnary(0x41, 0x7f, 0x73)],
  [78, bitsBinary(0x71)],
  [79, bitsBinary(0x41, 0x7f, 0x73, 0x71)],
  [80, bitsBinary(0x72)],
  [81, bitsBinary(0x73)],
  [82, bitselect],
  [83, fold(getBits, 0x72, 0x45, 0x45)],
  ...each(103, [0x8d, 0x8e, 0x8f, 0x90], unary),
  [160, absolute],
  [161, negate],
  [163, fold(isSet, 0x71)],
  [164, fold(signBit, 0x72)],
  ...each(171, [0x74, 0x75, 0x76], shift),
  [174, bitsBinary(0x6a)],
  [177, bitsBinary(0x6b)],
  [181, bitsBinary(0x6c)],
  ...each(182, [0x48, 0x49, 0x4a, 0x4b], bitsPick),
  [224, unary(0x8b)],
  [225, unary(0x8c)],
  [227, unary(0x91)],
  ...each(228, [0x92, 0x93, 0x94, 0x95, 0x96, 0x97], binary),
  [234, pick(true)],
  [235, pick(false)],
  ...[0, 1].map((sign): [number, Lowering] => [248 + sign, unaryToBits(0xfc, sign)]),
  ...each(250, [0xb2, 0xb3], code => bitsToFloat(code)),
]

function unaryToBits(...codes: number[]): Lowering {
  return frame => {
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      frame.get(frame.lane(a, i))
      frame.emit(...codes, asFloat)
    })
  }
}

function bitsToFloat(code: number): Lowering {
  return frame => {
    const a = frame.take()
    setLanes(frame, frame.put(), i => {
      getBits(frame, a, i)
      frame.emit(code)
    })
  }
}
