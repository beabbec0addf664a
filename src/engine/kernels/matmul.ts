import { type Bend, bendOf, bends } from '../activated.js'
import { tf } from '../tf.js'
import type { Heap } from './heap.js'
import type { KernelTable } from './replace.js'
import { sizeOf } from './replace.js'

/** Floats of partial sums that a long product with a small result may keep. */
const mostPartials = 2 ** 20

/** `gemm` of addresses and strides, on the engine's threads. */
export const splitGemm = (
  heap: Heap,
  a: number,
  aRow: number,
  aDepth: number,
  b: number,
  bColumn: number,
  bDepth: number,
  c: number,
  cRow: number,
  m: number,
  n: number,
  k: number,
  bias = 0,
  bend: Bend = 'linear',
): void => {
  const parts = heap.kernels.gemmParts(m, n)
  const stretches = Math.ceil(k / heap.kernels.gemmDepth(k))
  if (
    parts < 8 &&
    stretches >= 8 &&
    stretches * m * n <= mostPartials &&
    bias === 0 &&
    bend === 'linear' &&
    cRow === n
  ) {
    const partials = heap.partials(stretches * m * n * 4)
    heap.split(
      'gemmPartials',
      [a, aRow, aDepth, b, bColumn, bDepth, partials, m, n, k],
      stretches,
      (m * n * k) / stretches,
      heap.kernels.gemmScratch(),
    )
    heap.kernels.sumPartials(partials, stretches, m * n, c)
    return
  }
  heap.split(
    'gemm',
    [a, aRow, aDepth, b, bColumn, bDepth, c, cRow, m, n, k, bias, bends.indexOf(bend)],
    parts,
    (m * n * k) / parts,
    heap.kernels.gemmScratch(),
  )
}

/** C = op(A)·op(B) + bias over the last two axes, the leading ones broadcast; then the bend. */
export const multiply = (
  heap: Heap,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
  bias?: tf.TensorInfo,
  bend: Bend = 'linear',
): tf.TensorInfo => {
  const batchA = a.shape.slice(0, -2)
  const batchB = b.shape.slice(0, -2)
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number]
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number]
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA]
  const [depthB, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB]
  if (k !== depthB)
    throw new Error(
      `matMul of inner sizes ${k} and ${depthB}: shapes ${a.shape.join('×')} and ${b.shape.join('×')}`,
    )
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB)
  const c = heap.output([...batch, m, n])
  if (sizeOf(c.shape) === 0) return c
  if (k === 0) {
    const values = heap.floats(c)
    const each = bias === undefined ? undefined : heap.floats(bias)
    values.forEach((_, i) => {
      const value = each?.[i % n] ?? 0
      values[i] = bendOne(value, bend)
    })
    return c
  }
  const [atA, atB, atC] = [heap.at(a), heap.at(b), heap.at(c)]
  const steps = [broadcastSteps(batchA, batch), broadcastSteps(batchB, batch)]
  for (let i = 0, count = sizeOf(batch); i < count; i++)
    splitGemm(
      heap,
      atA + 4 * rowsA * columnsA * indexOf(i, batch, steps[0]!),
      transposeA ? 1 : columnsA,
      transposeA ? columnsA : 1,
      atB + 4 * rowsB * columnsB * indexOf(i, batch, steps[1]!),
      transposeB ? columnsB : 1,
      transposeB ? 1 : columnsB,
      atC + 4 * m * n * i,
      n,
      m,
      n,
      k,
      bias === undefined ? 0 : heap.at(bias),
      bend,
    )
  return c
}

/** How far each of the broadcast axes moves an operand: 0 where it has but one of them. */
const broadcastSteps = (own: readonly number[], whole: readonly number[]): number[] => {
  const steps = whole.map(() => 0)
  let step = 1
  for (let axis = own.length - 1; axis >= 0; axis--) {
    if (own[axis]! > 1) steps[axis + whole.length - own.length] = step
    step *= own[axis]!
  }
  return steps
}

const indexOf = (flat: number, shape: readonly number[], steps: readonly number[]): number => {
  let index = 0
  let rest = flat
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index += (rest % shape[axis]!) * steps[axis]!
    rest = Math.floor(rest / shape[axis]!)
  }
  return index
}

const bendOne = (value: number, bend: Bend): number =>
  bend === 'linear' ? value : Math.min(Math.max(0, value), bend === 'relu6' ? 6 : Infinity)

const isFloat = (...tensors: tf.TensorInfo[]): boolean => tensors.every(({ dtype }) => dtype === 'float32')

export const matrixKernels: KernelTable = {
  BatchMatMul: (heap, stock) => (inputs, attrs) => {
    const a = inputs['a']!
    const b = inputs['b']!
    if (!isFloat(a, b)) return stock(inputs, attrs)
    return multiply(heap, a, b, attrs['transposeA'] === true, attrs['transposeB'] === true)
  },
  _FusedMatMul: (heap, stock) => (inputs, attrs) => {
    const a = inputs['a']!
    const b = inputs['b']!
    const bias = inputs['bias'] ?? undefined
    const bend = bendOf(attrs['activation'])
    const columns = b.shape.at(attrs['transposeB'] === true ? -2 : -1)
    const fits = bias === undefined || (bias.shape.length === 1 && bias.shape[0] === columns)
    if (!bend || !fits || !isFloat(a, b)) return stock(inputs, attrs)
    return multiply(heap, a, b, attrs['transposeA'] === true, attrs['transposeB'] === true, bias, bend)
  },
}
