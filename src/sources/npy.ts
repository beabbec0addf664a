import { type ArrayHeader, type Dtype, checkLength, dtypeBytes, elementsOf } from './array-header.js'
import { unreadable } from './fault.js'
import { formatHint } from './format-hint.js'
import { type Place, type Reading, placeOf, readBeginning } from './place.js'
import { parseLiteral } from './python-literal.js'

/** numpy writes headers of 128 bytes; a structured type may have a longer one, but nothing like this. */
const longestHeader = 65_536

const kinds: Readonly<Record<string, Dtype>> = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
}

const refused: Readonly<Record<string, string>> = {
  O: 'Python objects, which only Python can read',
  U: 'text',
  S: 'text',
  V: 'raw or structured records',
  c: 'complex numbers',
  M: 'dates',
  m: 'time spans',
  f: 'floats of a width that is not 2, 4 or 8 bytes',
}

const dtypeOf = (title: string, descr: unknown): { dtype: Dtype; littleEndian: boolean } => {
  if (typeof descr !== 'string')
    return unreadable('file-dtype', `${title} holds structured records; plain numbers are expected`, {
      hint: 'Save each field as an array of its own.',
    })
  const dtype = Object.hasOwn(kinds, descr.slice(1)) ? kinds[descr.slice(1)] : undefined
  if (dtype === undefined || !'<>|='.includes(descr[0]!))
    return unreadable(
      'file-dtype',
      `${title} holds ${refused[descr[1] ?? ''] ?? `numbers of type "${descr}"`} (descr '${descr}'); plain numbers are expected`,
      {
        hint: 'Save it with another type: `numpy.save(path, array.astype("float32"))`; labels as class indices.',
      },
    )
  return { dtype, littleEndian: descr[0] !== '>' }
}

const describe = (text: string): Record<string, unknown> | undefined => {
  const value = parseLiteral(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

/** Reads the header of an NPY array at a place (numpy's `format.py`, versions 1 to 3). Leaves as `Unreadable`. */
export const readNpyAt = async (place: Place, length?: number): Promise<ArrayHeader> => {
  const { title } = place
  const start = await readBeginning(place, 12)
  if (start.length < 10)
    unreadable(
      'file-truncated',
      `${title} ends at byte ${start.length}, inside the first 10 bytes of an NPY header`,
    )
  if (start[0] !== 0x93 || Buffer.from(start.subarray(1, 6)).toString('latin1') !== 'NUMPY')
    unreadable('file-format', `${title} is not an NPY file: its first 6 bytes are not \\x93NUMPY`, {
      hint: formatHint(start),
    })
  const version = start[6]!
  if (version < 1 || version > 3)
    unreadable('file-format', `${title} has NPY version ${version} at byte 6; versions 1 to 3 are known`)
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  const prefix = version === 1 ? 10 : 12
  if (start.length < prefix)
    unreadable('file-truncated', `${title} ends at byte ${start.length}, inside its header`)
  const textBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (textBytes > longestHeader)
    unreadable(
      'file-format',
      `${title} claims a header of ${textBytes} bytes at byte 8; at most ${longestHeader} are read`,
    )
  const headerBytes = prefix + textBytes
  const head = await readBeginning(place, headerBytes)
  if (head.length < headerBytes)
    unreadable(
      'file-truncated',
      `${title} ends at byte ${head.length}, inside the ${headerBytes} bytes of its header`,
    )
  const fields = describe(Buffer.from(head.subarray(prefix)).toString(version === 3 ? 'utf8' : 'latin1'))
  const shape = fields?.['shape']
  const columnMajor = fields?.['fortran_order']
  const sides =
    Array.isArray(shape) && shape.every(side => Number.isSafeInteger(side) && (side as number) >= 0)
  if (!fields || !sides || typeof columnMajor !== 'boolean' || !('descr' in fields))
    return unreadable(
      'file-format',
      `${title} has a header that cannot be read, at byte ${prefix}: expected a dictionary with descr, fortran_order and shape`,
    )
  const { dtype, littleEndian } = dtypeOf(title, fields['descr'])
  const bodyBytes = elementsOf(title, shape as number[]) * dtypeBytes[dtype]
  const header: ArrayHeader = {
    place,
    dtype,
    shape: shape as number[],
    littleEndian,
    columnMajor,
    headerBytes,
    bodyBytes,
  }
  await checkLength(header, length)
  return header
}

/** Reads the header of an NPY file, plain or gzip, and holds it against the file's length. */
export const readNpyHeader = async (file: string, reading: Reading): Promise<ArrayHeader> =>
  readNpyAt(await placeOf(file, reading))
