import { crc32 } from 'node:zlib'
import type { ArrayHeader } from './array-header.js'
import { unreadable } from './fault.js'
import { unpacked } from './place.js'

/**
 * Reads the numbers of an array whose header was held against its file, as bytes in the file's order. Memory is
 * the body's own, which a packed file may claim up to what it may unpack to. Leaves with `file-corrupt` where the packing, the length or the checksum is wrong.
 */
export const readBody = async (header: ArrayHeader): Promise<Uint8Array> => {
  const { place, headerBytes, bodyBytes } = header
  const body = new Uint8Array(bodyBytes)
  const expected = headerBytes + bodyBytes
  let at = 0
  let crc = 0
  for await (const chunk of unpacked(place)) {
    if (at + chunk.byteLength > expected)
      unreadable('file-corrupt', `${place.title} goes on after byte ${expected}, where it should end`)
    if (place.crc !== undefined) crc = crc32(chunk, crc)
    const skipped = Math.min(chunk.byteLength, Math.max(0, headerBytes - at))
    if (skipped < chunk.byteLength) body.set(chunk.subarray(skipped), at + skipped - headerBytes)
    at += chunk.byteLength
  }
  if (at !== expected)
    unreadable('file-corrupt', `${place.title} ends at byte ${at}; it should have ${expected}`, {
      hint: 'It changed or was damaged after it was checked.',
    })
  if (place.crc !== undefined && crc !== place.crc)
    unreadable(
      'file-corrupt',
      `${place.title} is damaged: its checksum is ${crc.toString(16)}, the archive says ${place.crc.toString(16)}`,
      { hint: 'Download or copy the file again.' },
    )
  return body
}
