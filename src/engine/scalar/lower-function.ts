import { append, readNumber, readSigned, type Reader, writeNumber, writeSized } from './bytes.js'
import { makeFrame, type Frame } from './frame.js'
import { effectOf, empty, op, skipImmediates, skipSimdImmediates, type, unknown } from './instructions.js'
import { lowerings } from './lowerings.js'

/** Numbers that a function takes and gives; no vectors: compilers pass those in memory or inline them. */
export interface Signature {
  readonly takes: number
  readonly gives: number
}

/** What of a module its functions refer to. */
export interface ModuleTypes {
  readonly types: readonly Signature[]
  /** The type of each function, imported ones first. */
  readonly functions: readonly number[]
}

interface Label {
  readonly isLoop: boolean
  /** Values below it, and vectors among them. */
  readonly height: number
  readonly depth: number
  /** What a branch to it carries, and what its end leaves. */
  readonly takes: number
  readonly gives: number
  readonly givesVector: boolean
}

/** Where each local went: a vector becomes four f32. */
const mapLocals = (reader: Reader, takes: number) => {
  const at: number[] = Array.from({ length: takes }, (_, i) => i)
  const isVector: boolean[] = at.map(() => false)
  const groups: (readonly [number, number])[] = []
  let next = takes
  for (let left = readNumber(reader); left > 0; left--) {
    const count = readNumber(reader)
    const kind = reader.bytes[reader.at++]!
    const vector = kind === type.v128
    groups.push(vector ? [count * 4, type.f32] : [count, kind])
    for (let i = 0; i < count; i++) {
      at.push(next)
      isVector.push(vector)
      next += vector ? 4 : 1
    }
  }
  return { at, isVector, groups, next }
}

/** Skips what cannot be reached: up to the `else` or `end` that ends the block. */
const skipDead = (reader: Reader): void => {
  for (let nested = 0; ;) {
    const before = reader.at
    const code = reader.bytes[reader.at++]!
    if (code === op.simd) skipSimdImmediates(readNumber(reader), reader)
    else if (code === op.end || code === op.else) {
      if (nested === 0) {
        reader.at = before
        return
      }
      if (code === op.end) nested--
    } else {
      if (code === op.block || code === op.loop || code === op.if) nested++
      skipImmediates(code, reader)
    }
  }
}

const copyLanes = (frame: Frame, from: number, to: number): void => {
  for (let i = 0; i < 4; i++) {
    frame.get(frame.lane(from, i))
    frame.set(frame.lane(to, i))
  }
}

/** The body of a function (from its locals to its last `end`) without SIMD instructions. */
export const lowerFunction = (reader: Reader, end: number, own: Signature, module: ModuleTypes): number[] => {
  const locals = mapLocals(reader, own.takes)
  const frame = makeFrame(locals.next)
  const { stack } = frame
  const labels: Label[] = [
    { isLoop: false, height: 0, depth: 0, takes: 0, gives: own.gives, givesVector: false },
  ]
  const takeAny = (): boolean => {
    const vector = stack.at(-1) === true
    if (vector) frame.take()
    else frame.takeScalar()
    return vector
  }
  const takeMany = (count: number): void => {
    for (let i = 0; i < count; i++) takeAny()
  }
  const putMany = (count: number): void => {
    for (let i = 0; i < count; i++) frame.putScalar()
  }
  const backTo = (label: Label): void => takeMany(stack.length - label.height)

  const openBlock = (code: number): void => {
    const from = reader.at
    const kind = readSigned(reader)
    const vector = kind === -5
    if (code === op.if) frame.takeScalar()
    const { takes, gives } = kind >= 0 ? module.types[kind]! : { takes: 0, gives: kind === -64 ? 0 : 1 }
    takeMany(takes)
    labels.push({
      isLoop: code === op.loop,
      height: stack.length,
      depth: frame.depth(),
      takes,
      gives,
      givesVector: vector,
    })
    putMany(takes)
    frame.emit(code)
    // A vector that a block leaves is in its slot already.
    if (vector) frame.emit(empty)
    else append(frame.code, reader.bytes, from, reader.at)
  }

  const closeBlock = (): void => {
    const label = labels.pop()!
    backTo(label)
    if (label.givesVector) frame.put()
    else putMany(label.gives)
    frame.emit(op.end)
  }

  /** Brings the vector that a branch carries into the slot where its label expects it. */
  const branch = (code: number, depth: number): void => {
    const label = labels[labels.length - 1 - depth]!
    const from = frame.depth() - 1
    const moves = label.givesVector && !label.isLoop && from !== label.depth
    if (!moves) {
      frame.emit(code)
      writeNumber(frame.code, depth)
      return
    }
    if (code === op.brIf) frame.emit(op.if, empty)
    copyLanes(frame, from, label.depth)
    frame.emit(op.br)
    writeNumber(frame.code, code === op.brIf ? depth + 1 : depth)
    if (code === op.brIf) frame.emit(op.end)
  }

  const accessLocal = (code: number): void => {
    const index = readNumber(reader)
    const at = locals.at[index]!
    if (!locals.isVector[index]) {
      frame.emit(code)
      writeNumber(frame.code, at)
      if (code === op.localGet) frame.putScalar()
      else if (code === op.localSet) frame.takeScalar()
      return
    }
    const slot = code === op.localGet ? frame.put() : frame.depth() - 1
    for (let i = 0; i < 4; i++) {
      frame.get(code === op.localGet ? at + i : frame.lane(slot, i))
      frame.set(code === op.localGet ? frame.lane(slot, i) : at + i)
    }
    if (code === op.localSet) frame.take()
  }

  const selectVector = (): void => {
    frame.takeScalar()
    frame.set(frame.temp.i32)
    const b = frame.take()
    const a = frame.take()
    frame.put()
    for (let i = 0; i < 4; i++) {
      for (const slot of [a, b]) frame.get(frame.lane(slot, i))
      frame.get(frame.temp.i32)
      frame.emit(op.select)
      frame.set(frame.lane(a, i))
    }
  }

  const plain = (code: number, before: number): void => {
    const second = code === op.more ? readNumber({ ...reader }) : 0
    skipImmediates(code, reader)
    const [takes, puts] = effectOf(code, second)
    takeMany(takes)
    putMany(puts)
    append(frame.code, reader.bytes, before, reader.at)
  }

  const call = (code: number, before: number): void => {
    const index = readNumber(reader)
    if (code === op.callIndirect) {
      readNumber(reader)
      frame.takeScalar()
    }
    const { takes, gives } = module.types[code === op.call ? module.functions[index]! : index]!
    takeMany(takes)
    putMany(gives)
    append(frame.code, reader.bytes, before, reader.at)
  }

  while (reader.at < end) {
    const before = reader.at
    const code = reader.bytes[reader.at++]!
    if (code === op.simd) {
      const number = readNumber(reader)
      const lowering = lowerings.get(number)
      if (lowering === undefined) throw unknown(`0xfd ${number}`)
      lowering(frame, reader)
    } else if (code === op.block || code === op.loop || code === op.if) openBlock(code)
    else if (code === op.else) {
      const label = labels.at(-1)!
      backTo(label)
      putMany(label.takes)
      frame.emit(code)
    } else if (code === op.end) closeBlock()
    else if (code === op.br) {
      branch(code, readNumber(reader))
      skipDead(reader)
    } else if (code === op.brIf) {
      frame.takeScalar()
      branch(code, readNumber(reader))
    } else if (code === op.brTable || code === op.return || code === op.unreachable) {
      skipImmediates(code, reader)
      append(frame.code, reader.bytes, before, reader.at)
      skipDead(reader)
    } else if (code === op.localGet || code === op.localSet || code === op.localTee) accessLocal(code)
    else if (code === op.call || code === op.callIndirect) call(code, before)
    else if (code === op.select && stack.at(-2) === true) selectVector()
    else if (code === op.select) {
      takeMany(3)
      frame.putScalar()
      frame.emit(code)
    } else if (code === op.drop && stack.at(-1) === true) frame.take()
    else plain(code, before)
  }

  const body: number[] = []
  const groups = [...locals.groups, ...frame.locals()]
  writeNumber(body, groups.length)
  for (const [count, kind] of groups) {
    writeNumber(body, count)
    body.push(kind)
  }
  append(body, frame.code)
  const sized: number[] = []
  writeSized(sized, body)
  return sized
}
