/** Reads a WebAssembly binary from its front. */
export interface Reader {
  at: number
  readonly bytes: Uint8Array
}

/** An unsigned LEB128 number. */
export const readNumber = (reader: Reader): number => {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = reader.bytes[reader.at++]!
    value |= (byte & 127) << shift
    if (byte < 128) return value >>> 0
  }
}

/** A signed LEB128 number of at most 33 bits: a block's type. */
export const readSigned = (reader: Reader): number => {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = reader.bytes[reader.at++]!
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return byte & 64 ? value - 2 ** (shift + 7) : value
  }
}

export const skipNumber = (reader: Reader): void => {
  while (reader.bytes[reader.at++]! >= 128);
}

export const writeNumber = (out: number[], value: number): void => {
  let rest = value >>> 0
  while (rest >= 128) {
    out.push((rest & 127) | 128)
    rest >>>= 7
  }
  out.push(rest)
}

export const writeSigned = (out: number[], value: number): void => {
  let rest = value | 0
  while (rest < -64 || rest > 63) {
    out.push((rest & 127) | 128)
    rest >>= 7
  }
  out.push(rest & 127)
}

/** Appends, also what is too long to be spread into `push`. */
export const append = (out: number[], bytes: ArrayLike<number>, from = 0, to = bytes.length): void => {
  for (let i = from; i < to; i++) out.push(bytes[i]!)
}

/** `bytes` behind their length. */
export const writeSized = (out: number[], bytes: ArrayLike<number>): void => {
  writeNumber(out, bytes.length)
  append(out, bytes)
}
