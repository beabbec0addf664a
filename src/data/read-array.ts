import { halfToFloat } from '../core/half.js'
import type { ArrayHeader, Dtype } from '../sources/array-header.js'
import { readBody } from '../sources/body.js'
import { unreadable } from '../sources/fault.js'
import { type Numbers, fromBytes, swapBytes } from './numbers.js'

/** 64-bit integers as int32 where all fit, else as float64; leaves where a float64 would lose bits. */
const narrowed = (title: string, wide: BigInt64Array | BigUint64Array): Numbers => {
  const floats = new Float64Array(wide.length)
  let small = true
  for (let i = 0; i < wide.length; i++) {
    const value = Number(wide[i])
    if (!Number.isSafeInteger(value))
      unreadable(
        'file-dtype',
        `${title}: number ${i} is ${wide[i]}, beyond 2^53, which a float64 cannot hold exactly`,
      )
    if (value !== Math.trunc(value) || value > 2147483647 || value < -2147483648) small = false
    floats[i] = value
  }
  return small ? Int32Array.from(floats) : floats
}

const numbersOf = (title: string, dtype: Dtype, bytes: Uint8Array, little: boolean): Numbers => {
  if (dtype === 'bool') return bytes.map(byte => (byte === 0 ? 0 : 1))
  if (dtype === 'float16') {
    const bits = fromBytes('uint16', bytes, little)
    return Float32Array.from(bits, halfToFloat)
  }
  if (dtype === 'int64' || dtype === 'uint64') {
    const machine = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
    const own = little === machine ? bytes : swapBytes(bytes, 8)
    const Wide = dtype === 'int64' ? BigInt64Array : BigUint64Array
    return narrowed(title, new Wide(own.buffer as ArrayBuffer, own.byteOffset, own.byteLength / 8))
  }
  return fromBytes(dtype, bytes, little)
}

/** Numbers of an array in Fortran's order, laid out row-major. */
const rowMajor = (numbers: Numbers, shape: readonly number[]): Numbers => {
  const Type = numbers.constructor as new (length: number) => Numbers
  const turned = new Type(numbers.length)
  const axes = shape.length
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1))
  const index = new Array<number>(axes).fill(0)
  let to = 0
  for (let from = 0; from < numbers.length; from++) {
    turned[to] = numbers[from]!
    for (let axis = 0; axis < axes; axis++) {
      to += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      to -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return turned
}

/** Reads an array's numbers, row-major, keeping its type where a typed array of numbers has it. Leaves as `Unreadable`. */
export const readArray = async (header: ArrayHeader): Promise<Numbers> => {
  const { place, dtype, shape, littleEndian, columnMajor } = header
  const numbers = numbersOf(place.title, dtype, await readBody(header), littleEndian)
  if (numbers instanceof Float32Array || numbers instanceof Float64Array) {
    const width = header.bodyBytes / numbers.length
    for (let i = 0; i < numbers.length; i++)
      if (!Number.isFinite(numbers[i]))
        unreadable(
          'data-not-finite',
          `${place.title}: number ${i} (byte ${header.headerBytes + i * width}) is ${numbers[i]}`,
          {
            hint: 'Replace or leave out what is missing before it becomes a dataset.',
          },
        )
  }
  return columnMajor && shape.length > 1 ? rowMajor(numbers, shape) : numbers
}

/** Reads an array as targets. Leaves where one is beyond what a float32 holds. */
export const readTargets = async (header: ArrayHeader): Promise<Float32Array> => {
  const numbers = await readArray(header)
  const targets = Float32Array.from(numbers)
  for (let i = 0; i < targets.length; i++)
    if (!Number.isFinite(targets[i]))
      unreadable(
        'data-not-finite',
        `${header.place.title}: number ${i} is ${numbers[i]}, beyond what a float32 holds`,
      )
  return targets
}
