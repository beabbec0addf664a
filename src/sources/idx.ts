import { type ArrayHeader, type Dtype, checkLength, dtypeBytes, elementsOf } from './array-header.js'
import { unreadable } from './fault.js'
import { formatHint } from './format-hint.js'
import { type Reading, placeOf, readBeginning } from './place.js'

/** Type codes of the IDX format (Y. LeCun, "The MNIST database", file formats). */
const dtypes: Readonly<Record<number, Dtype>> = {
  0x08: 'uint8',
  0x09: 'int8',
  0x0b: 'int16',
  0x0c: 'int32',
  0x0d: 'float32',
  0x0e: 'float64',
}

const mostAxes = 8

const hex = (bytes: Uint8Array): string =>
  [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join(' ')

/** Reads the header of an IDX file, plain or gzip, and holds it against the file's length. Leaves as `Unreadable`. */
export const readIdxHeader = async (file: string, reading: Reading): Promise<ArrayHeader> => {
  const place = await placeOf(file, reading)
  const head = await readBeginning(place, 4 + 4 * mostAxes)
  const inside = place.packing === 'gzip' ? ' (unpacked)' : ''
  if (head.length < 4)
    unreadable(
      'file-truncated',
      `${place.title} ends at byte ${head.length}${inside}, inside the 4 bytes of IDX's magic number`,
    )
  const dtype = dtypes[head[2]!]
  const axes = head[3]!
  if (head[0] !== 0 || head[1] !== 0 || dtype === undefined || axes === 0)
    unreadable(
      'file-format',
      `${place.title} is not an IDX file: at byte 0${inside} stand ${hex(head.subarray(0, 4))}, expected 00 00, a type (08, 09, 0b–0e) and the number of axes`,
      { hint: formatHint(head) },
    )
  if (axes > mostAxes)
    unreadable(
      'file-format',
      `${place.title} has ${axes} axes at byte 3${inside}; at most ${mostAxes} are read`,
    )
  const headerBytes = 4 + 4 * axes
  if (head.length < headerBytes)
    unreadable(
      'file-truncated',
      `${place.title} ends at byte ${head.length}${inside}, inside the ${headerBytes} bytes of its header`,
    )
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
  const bodyBytes = elementsOf(place.title, shape) * dtypeBytes[dtype!]
  const header: ArrayHeader = {
    place,
    dtype: dtype!,
    shape,
    littleEndian: false,
    columnMajor: false,
    headerBytes,
    bodyBytes,
  }
  await checkLength(header)
  return header
}
