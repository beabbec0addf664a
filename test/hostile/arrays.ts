import type { Random } from '../../src/core/random.js'

export const widths = {
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
export type Dtype = keyof typeof widths

const put: Readonly<Record<Dtype, (view: DataView, at: number, value: number, little: boolean) => void>> = {
  bool: (view, at, value) => view.setUint8(at, value % 2),
  uint8: (view, at, value) => view.setUint8(at, value),
  int8: (view, at, value) => view.setInt8(at, value % 128),
  uint16: (view, at, value, little) => view.setUint16(at, value, little),
  int16: (view, at, value, little) => view.setInt16(at, value, little),
  uint32: (view, at, value, little) => view.setUint32(at, value, little),
  int32: (view, at, value, little) => view.setInt32(at, value, little),
  uint64: (view, at, value, little) => view.setBigUint64(at, BigInt(value), little),
  int64: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
  // 1 + value/1024, so that every pattern is a finite number.
  float16: (view, at, value, little) => view.setUint16(at, 0x3c00 + (value % 1024), little),
  float32: (view, at, value, little) => view.setFloat32(at, value / 7, little),
  float64: (view, at, value, little) => view.setFloat64(at, value / 7, little),
}

/** Bytes of numbers of a type. */
export const bytesOf = (dtype: Dtype, values: readonly number[], little: boolean): Buffer => {
  const width = widths[dtype]
  const bytes = Buffer.alloc(values.length * width)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  values.forEach((value, at) => put[dtype](view, at * width, value, little))
  return bytes
}

export const valuesOf = (count: number, random: Random): number[] =>
  Array.from({ length: count }, () => random.below(100))

/** Labels in which each of a few classes occurs. */
export const labelsOf = (count: number, classes: number): number[] =>
  Array.from({ length: count }, (_, at) => at % classes)

export const elements = (shape: readonly number[]): number =>
  shape.reduce((product, side) => product * side, 1)
