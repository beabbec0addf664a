import { readNumber, skipNumber, type Reader } from './bytes.js'

// Opcodes that the lowering looks at by name.
export const op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  more: 0xfc,
  simd: 0xfd,
} as const

export const empty = 0x40
export const type = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const

/** Reads past what follows an opcode that is no SIMD instruction. */
export const skipImmediates = (code: number, reader: Reader): void => {
  if (code === op.block || code === op.loop || code === op.if) skipNumber(reader)
  else if (code === op.br || code === op.brIf || code === op.call) skipNumber(reader)
  else if (code >= 0x20 && code <= 0x24) skipNumber(reader)
  else if (code === op.callIndirect || (code >= 0x28 && code <= 0x3e)) {
    skipNumber(reader)
    skipNumber(reader)
  } else if (code === op.brTable) for (let i = readNumber(reader); i >= 0; i--) skipNumber(reader)
  else if (code === 0x3f || code === 0x40) reader.at++
  else if (code === 0x41 || code === 0x42) skipNumber(reader)
  else if (code === 0x43) reader.at += 4
  else if (code === 0x44) reader.at += 8
  else if (code === op.more) {
    const second = readNumber(reader)
    if (second === 8 || second === 10) reader.at += 2
    else if (second === 9 || second === 11) reader.at += 1
    else if (second > 11) throw unknown(`0xfc ${second}`)
  } else if (code > 0xc4) throw unknown(`0x${code.toString(16)}`)
}

/** Reads past what follows a SIMD instruction's number. */
export const skipSimdImmediates = (number: number, reader: Reader): void => {
  if (number <= 11 || (number >= 84 && number <= 93)) {
    skipNumber(reader)
    skipNumber(reader)
    if (number >= 84 && number <= 91) reader.at++
  } else if (number === 12 || number === 13) reader.at += 16
  else if (number >= 21 && number <= 34) reader.at++
}

export const unknown = (what: string): Error =>
  new Error(`the instruction ${what} of a wasm binary is not known here`)

/** How many numbers an instruction takes off the stack and puts there, but for control, calls, select and SIMD. */
export const effectOf = (code: number, second: number): readonly [takes: number, puts: number] => {
  if (code === 0x01) return [0, 0]
  if (code === op.drop || code === op.localSet || code === 0x24) return [1, 0]
  if (code === op.localGet || code === 0x23 || code === 0x3f || (code >= 0x41 && code <= 0x44)) return [0, 1]
  if (code === op.localTee || code === 0x40 || (code >= 0x28 && code <= 0x35)) return [1, 1]
  if (code >= 0x36 && code <= 0x3e) return [2, 0]
  if (code === op.more) return second <= 7 ? [1, 1] : second === 9 ? [0, 0] : [3, 0]
  const isUnary =
    code === 0x45 ||
    code === 0x50 ||
    (code >= 0x67 && code <= 0x69) ||
    (code >= 0x79 && code <= 0x7b) ||
    (code >= 0x8b && code <= 0x91) ||
    (code >= 0x99 && code <= 0x9f) ||
    code >= 0xa7
  return isUnary ? [1, 1] : [2, 1]
}
