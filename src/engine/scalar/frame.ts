import { writeNumber, writeSigned } from './bytes.js'
import { op, type } from './instructions.js'

/**
 * One function under way. A vector is four f32 of its own locals, its slot, and never on the stack: slot n is that of a
 * vector with n vectors below it. Bits of other lanes lie in the f32 as they are; moving them changes none.
 */
export interface Frame {
  readonly code: number[]
  /** Is each value on the stack a vector? */
  readonly stack: boolean[]
  /** The slot of the topmost vector, which is taken off. */
  take(): number
  /** The slot of a vector that is put on top. */
  put(): number
  takeScalar(): void
  putScalar(): void
  /** Vectors on the stack. */
  depth(): number
  /** The local of a slot's lane. */
  lane(slot: number, lane: number): number
  /** Locals for the moment. */
  readonly temp: { readonly i32: number; readonly other: number; readonly i64: number; readonly f64: number }
  readonly get: (local: number) => void
  readonly set: (local: number) => void
  readonly emit: (...bytes: number[]) => void
  readonly constant: (value: number) => void
  /** A load or store, `shift` bytes further. */
  readonly access: (code: number, align: number, offset: number) => void
  /** The declaration of the locals that the lowering added. */
  locals(): readonly (readonly [count: number, type: number])[]
}

export const makeFrame = (firstLocal: number): Frame => {
  const code: number[] = []
  const stack: boolean[] = []
  const temp = { i32: firstLocal, other: firstLocal + 1, i64: firstLocal + 2, f64: firstLocal + 3 }
  let vectors = 0
  let most = 0
  const withLocal = (which: number, local: number): void => {
    code.push(which)
    writeNumber(code, local)
  }
  return {
    code,
    stack,
    take: () => {
      if (stack.pop() !== true) throw new Error('a vector was expected on the stack')
      return --vectors
    },
    put: () => {
      stack.push(true)
      most = Math.max(most, vectors + 1)
      return vectors++
    },
    takeScalar: () => {
      if (stack.pop() !== false) throw new Error('a number was expected on the stack')
    },
    putScalar: () => void stack.push(false),
    depth: () => vectors,
    lane: (slot, lane) => firstLocal + 4 + slot * 4 + lane,
    temp,
    get: local => withLocal(op.localGet, local),
    set: local => withLocal(op.localSet, local),
    emit: (...bytes) => void code.push(...bytes),
    constant: value => {
      code.push(0x41)
      writeSigned(code, value)
    },
    access: (which, align, offset) => {
      code.push(which, align)
      writeNumber(code, offset)
    },
    locals: () => [
      [2, type.i32],
      [1, type.i64],
      [1, type.f64],
      ...(most > 0 ? [[most * 4, type.f32] as const] : []),
    ],
  }
}

/** Computes four lanes, each left on the stack by `lane`, and only then stores them: they may read what they overwrite. */
export const setLanes = (frame: Frame, slot: number, lane: (lane: number) => void): void => {
  for (let i = 0; i < 4; i++) lane(i)
  for (let i = 3; i >= 0; i--) frame.set(frame.lane(slot, i))
}

export const asInteger = 0xbc
export const asFloat = 0xbe

/** A lane's bits as an i32. */
export const getBits = (frame: Frame, slot: number, lane: number): void => {
  frame.get(frame.lane(slot, lane))
  frame.emit(asInteger)
}

/** Lanes 2·half and 2·half + 1 as an i64. */
export const getLong = (frame: Frame, slot: number, half: number): void => {
  getBits(frame, slot, half * 2)
  frame.emit(0xad)
  getBits(frame, slot, half * 2 + 1)
  frame.emit(0xad, 0x42, 32, 0x86, 0x84)
}

/** An i64 on the stack becomes two f32 there, the lower bits first. */
export const splitLong = (frame: Frame): void => {
  frame.set(frame.temp.i64)
  frame.get(frame.temp.i64)
  frame.emit(0xa7, asFloat)
  frame.get(frame.temp.i64)
  frame.emit(0x42, 32, 0x88, 0xa7, asFloat)
}

/** Computes two i64 (`half` leaves one on the stack) into the slot. */
export const setLongs = (frame: Frame, slot: number, half: (half: number) => void): void => {
  for (let i = 0; i < 2; i++) {
    half(i)
    splitLong(frame)
  }
  for (let i = 3; i >= 0; i--) frame.set(frame.lane(slot, i))
}

export const getDouble = (frame: Frame, slot: number, half: number): void => {
  getLong(frame, slot, half)
  frame.emit(0xbf)
}

/** Computes two f64 into the slot. */
export const setDoubles = (frame: Frame, slot: number, half: (half: number) => void): void =>
  setLongs(frame, slot, i => {
    half(i)
    frame.emit(0xbd)
  })
