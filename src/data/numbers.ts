/** Arrays that a dataset's body may be made of: every number type that a machine can batch without loss. */
export const arrayTypes = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const
export type ArrayName = keyof typeof arrayTypes
export type Numbers =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

export const arrayName = (numbers: Numbers): ArrayName =>
  (Object.keys(arrayTypes) as ArrayName[]).find(name => numbers instanceof arrayTypes[name])!

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Turns the bytes of each number around, in place. */
export const swapBytes = (bytes: Uint8Array, width: number): Uint8Array => {
  const turned = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (width === 2) turned.swap16()
  else if (width === 4) turned.swap32()
  else if (width === 8) turned.swap64()
  return bytes
}

/** Bytes of numbers in little-endian order, whatever the machine's; shared with the array where they already are. */
export const toBytes = (numbers: Numbers): Uint8Array => {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  const width = numbers.BYTES_PER_ELEMENT
  return littleEndian || width === 1 ? bytes : swapBytes(bytes.slice(), width)
}

/** Numbers over bytes of the given order: in place where they lie right for the machine, else a copy. */
export const fromBytes = (name: ArrayName, bytes: Uint8Array, little = true): Numbers => {
  const Type = arrayTypes[name]
  const width = Type.BYTES_PER_ELEMENT
  const fits = bytes.byteOffset % width === 0
  const own = fits && (width === 1 || little === littleEndian) ? bytes : new Uint8Array(bytes)
  if (width > 1 && little !== littleEndian) swapBytes(own, width)
  return new Type(own.buffer as ArrayBuffer, own.byteOffset, own.byteLength / width)
}
