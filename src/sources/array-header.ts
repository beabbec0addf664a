import { unreadable } from './fault.js'
import { mostAxes } from './limits.js'
import { type Place, mayHold, tellTooLarge, unpacked } from './place.js'

/** Types of numbers as files hold them. */
export const dtypeBytes = {
  bool: 1,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
} as const
export type Dtype = keyof typeof dtypeBytes

export const isFloat = (dtype: Dtype): boolean => dtype.startsWith('float')

/** An array inside a file, as its header describes it: IDX, NPY, or a member of an NPZ. */
export interface ArrayHeader {
  readonly place: Place
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly littleEndian: boolean
  /** Fortran's order: the first axis runs fastest. */
  readonly columnMajor: boolean
  /** Unpacked bytes before the numbers. */
  readonly headerBytes: number
  /** Unpacked bytes of the numbers. */
  readonly bodyBytes: number
}

/** Elements of a shape; leaves where they pass what a file could count, or have more axes than any array. */
export const elementsOf = (title: string, shape: readonly number[]): number => {
  if (shape.length > mostAxes)
    return unreadable('file-format', `${title} claims ${shape.length} axes; at most ${mostAxes} are read`)
  const elements = shape.reduce((product, side) => product * side, 1)
  if (!Number.isSafeInteger(elements))
    return unreadable(
      'file-format',
      `${title}: its header claims ${shape.join('×')} numbers, which no file can hold`,
    )
  return elements
}

const unpackedLength = async (place: Place, most: number): Promise<number> => {
  let length = 0
  for await (const chunk of unpacked(place)) {
    length += chunk.byteLength
    if (length > most) break
  }
  return length
}

/**
 * Holds a header against the file's real length. Plain: exactly. gzip: by the length in its last four bytes
 * (RFC 1952, ISIZE, modulo 2³²); where they disagree the stream is unpacked and counted, keeping nothing. A zip
 * member's length stands in the archive's directory and is passed as `length`. Nothing packed may claim more than it
 * may unpack to.
 */
export const checkLength = async (header: ArrayHeader, length?: number): Promise<void> => {
  const { place, headerBytes, bodyBytes, shape, dtype } = header
  const expected = headerBytes + bodyBytes
  const claim = `its header claims ${shape.join('×')} ${dtype}: ${expected} bytes with the ${headerBytes} of the header`
  let found = length ?? place.packed
  if (length === undefined && place.packing === 'gzip') {
    const last = await place.file.read(Math.max(0, place.packed - 4), 4)
    const size = last.length < 4 ? -1 : new DataView(last.buffer, last.byteOffset).getUint32(0, true)
    if (size === expected % 4294967296 && mayHold(place, expected)) {
      if (expected > place.most) tellTooLarge(place, expected)
      return
    }
    found = await unpackedLength(place, expected)
  }
  if (found < expected)
    unreadable('file-truncated', `${place.title} ends at byte ${found}, but ${claim}`, {
      hint: 'Download or copy the file again.',
    })
  if (found > expected)
    unreadable('file-format', `${place.title} goes on after byte ${expected}, but ${claim}`, {
      hint: 'Is it the right file? Check where it comes from.',
    })
}
