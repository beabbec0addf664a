/** One bit a weight, lowest bit first, padded to a byte. */
export const packMask = (mask: Uint8Array): Uint8Array => {
  const packed = new Uint8Array(Math.ceil(mask.length / 8))
  for (let at = 0; at < mask.length; at++) if (mask[at] !== 0) packed[at >> 3]! |= 1 << (at & 7)
  return packed
}

/** The inverse of `packMask`, for a mask of `length` weights. */
export const unpackMask = (packed: Uint8Array, length: number): Uint8Array => {
  const mask = new Uint8Array(length)
  for (let at = 0; at < length; at++) mask[at] = (packed[at >> 3]! >> (at & 7)) & 1
  return mask
}
