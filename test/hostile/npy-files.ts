import type { Random } from '../../src/core/random.js'
import { bytesOf, widths, type Dtype } from './arrays.js'
import { oneIn, pick } from './case.js'

const kinds: Readonly<Record<Dtype, string>> = {
  bool: 'b1',
  uint8: 'u1',
  int8: 'i1',
  uint16: 'u2',
  int16: 'i2',
  uint32: 'u4',
  int32: 'i4',
  uint64: 'u8',
  int64: 'i8',
  float16: 'f2',
  float32: 'f4',
  float64: 'f8',
}
export const dtypes = Object.keys(kinds) as Dtype[]

/** An NPY file around a header's text, padded as numpy pads it. */
export const npyOf = (version: number, text: string, body: Uint8Array): Buffer => {
  const prefix = version === 1 ? 10 : 12
  const bytes = Buffer.from(text, version === 3 ? 'utf8' : 'latin1')
  const padding = (64 - ((prefix + bytes.length + 1) % 64)) % 64
  const head = Buffer.alloc(prefix)
  head.write('\x93NUMPY', 'latin1')
  head[6] = version
  const length = bytes.length + padding + 1
  if (version === 1) head.writeUInt16LE(length % 65536, 8)
  else head.writeUInt32LE(length, 8)
  return Buffer.concat([head, bytes, Buffer.alloc(padding, 0x20), Buffer.from('\n'), body])
}

export interface NpyArray {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

export const shapeText = (shape: readonly number[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`

export const descrOf = (dtype: Dtype, little: boolean): string =>
  (widths[dtype] === 1 ? '|' : little ? '<' : '>') + kinds[dtype]

export const textOf = (descr: string, order: string, shape: string): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`

export const soundNpy = ({ dtype, shape, values }: NpyArray, random: Random): Buffer => {
  const little = oneIn(2, random)
  return npyOf(
    pick([1, 1, 2, 3], random),
    textOf(`'${descrOf(dtype, little)}'`, pick(['True', 'False', 'False'], random), shapeText(shape)),
    bytesOf(dtype, values, little),
  )
}
