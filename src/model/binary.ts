import type { WeightArray } from './model.js'

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** The one NaN that is stored: processors make NaNs of different bits, and equal models must have equal digests. */
const oneNaN = (array: WeightArray | Float64Array): WeightArray | Float64Array => {
  if (!(array instanceof Float32Array || array instanceof Float64Array) || !array.some(Number.isNaN))
    return array
  const copy = array.slice()
  const words = new Uint32Array(copy.buffer)
  const width = array.BYTES_PER_ELEMENT / 4
  const top = littleEndian ? width - 1 : 0
  for (let at = 0; at < copy.length; at++) {
    if (!Number.isNaN(copy[at])) continue
    words.fill(0, at * width, (at + 1) * width)
    words[at * width + top] = width === 1 ? 0x7fc00000 : 0x7ff80000
  }
  return copy
}

/** Bytes of a typed array in little-endian order, whatever the machine's; every NaN as the same one. */
export const toBytes = (numbers: WeightArray | Float64Array): Uint8Array => {
  const array = oneNaN(numbers)
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  if (littleEndian || array.BYTES_PER_ELEMENT === 1) return bytes
  return swapped(bytes, array.BYTES_PER_ELEMENT)
}

const swapped = (bytes: Uint8Array, width: number): Uint8Array => {
  const turned = Uint8Array.from(bytes)
  for (let at = 0; at < turned.length; at += width) turned.subarray(at, at + width).reverse()
  return turned
}

/** A copy of a stretch of bytes in memory of its own, aligned for any typed array. */
export const copyOf = (bytes: Uint8Array, from: number, length: number, width: number): ArrayBuffer => {
  const copy = new Uint8Array(length)
  copy.set(bytes.subarray(from, from + length))
  return littleEndian || width === 1 ? copy.buffer : (swapped(copy, width).buffer as ArrayBuffer)
}

/** The typed array of each stored format. */
export const arrays = {
  float32: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
} as const
