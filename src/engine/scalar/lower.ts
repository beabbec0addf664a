import { append, readNumber, type Reader, skipNumber, writeNumber, writeSized } from './bytes.js'
import { type } from './instructions.js'
import { lowerFunction, type ModuleTypes, type Signature } from './lower-function.js'

const section = { types: 1, imports: 2, functions: 3, code: 10 } as const

const readTypes = (reader: Reader): Signature[] =>
  Array.from({ length: readNumber(reader) }, () => {
    reader.at++
    const counts = [0, 1].map(() => {
      const count = readNumber(reader)
      if (reader.bytes.subarray(reader.at, reader.at + count).includes(type.v128))
        throw new Error('a function that takes or gives a vector is not known here')
      reader.at += count
      return count
    })
    return { takes: counts[0]!, gives: counts[1]! }
  })

const skipLimits = (reader: Reader): void => {
  const flags = reader.bytes[reader.at++]!
  skipNumber(reader)
  if (flags & 1) skipNumber(reader)
}

const readImports = (reader: Reader): number[] => {
  const functions: number[] = []
  for (let left = readNumber(reader); left > 0; left--) {
    for (let name = 0; name < 2; name++) {
      const length = readNumber(reader)
      reader.at += length
    }
    const kind = reader.bytes[reader.at++]!
    if (kind === 0) functions.push(readNumber(reader))
    else if (kind === 1) {
      reader.at++
      skipLimits(reader)
    } else if (kind === 2) skipLimits(reader)
    else reader.at += 2
  }
  return functions
}

/**
 * A WebAssembly binary without SIMD instructions: each is replaced by the scalar ones that it stands for, lane by lane,
 * so that every number has the same bits. Throws where it meets an instruction that no binary of ours has.
 */
export const lowerSimd = (binary: Uint8Array): Uint8Array => {
  const reader: Reader = { at: 8, bytes: binary }
  const out: number[] = []
  append(out, binary, 0, 8)
  let types: Signature[] = []
  const functions: number[] = []
  let imported = 0
  while (reader.at < binary.length) {
    const begin = reader.at
    const id = binary[reader.at++]!
    const length = readNumber(reader)
    const end = reader.at + length
    if (id === section.code) {
      const module: ModuleTypes = { types, functions }
      const code: number[] = []
      const count = readNumber(reader)
      writeNumber(code, count)
      for (let i = 0; i < count; i++) {
        const size = readNumber(reader)
        append(code, lowerFunction(reader, reader.at + size, types[functions[imported + i]!]!, module))
      }
      out.push(id)
      writeSized(out, code)
      continue
    }
    if (id === section.types) types = readTypes(reader)
    else if (id === section.imports) {
      functions.push(...readImports(reader))
      imported = functions.length
    } else if (id === section.functions)
      for (let left = readNumber(reader); left > 0; left--) functions.push(readNumber(reader))
    reader.at = end
    append(out, binary, begin, end)
  }
  return Uint8Array.from(out)
}
