import { type Bend, bends } from '../activated.js'
import { batchNormalization, batchNormalizationGradient, movedAverage } from '../normalize-batch.js'
import type { tf } from '../tf.js'
import type { Heap } from './heap.js'
import type { KernelTable } from './replace.js'
import { elementWork, sizeOf } from './replace.js'

/** Does the vector have one number for each of x's last axis? */
const perChannel = (x: tf.TensorInfo, vector: tf.TensorInfo | undefined): boolean =>
  vector === undefined || (vector.shape.length === 1 && vector.shape[0] === x.shape.at(-1))

const floatsAt = (heap: Heap, address: number, count: number): Float32Array =>
  new Float32Array(heap.backend.wasm.HEAPU8.buffer, address, count)
const doublesAt = (heap: Heap, address: number, count: number): Float64Array =>
  new Float64Array(heap.backend.wasm.HEAPU8.buffer, address, count)

/** Rows that one call goes over: at most 16 calls, each of whole stretches of 128 rows. Shapes alone decide. */
const chunkOf = (rows: number): number => Math.max(1, Math.ceil(rows / 16 / 128)) * 128

/** Working memory for the chunks' states (two float64 a channel), then `vectors` rows of floats. */
const roomFor = (
  heap: Heap,
  rows: number,
  channels: number,
  vectors: number,
): { chunks: number; states: number; vector: (i: number) => number } => {
  const chunks = Math.ceil(rows / chunkOf(rows))
  const states = heap.scratch(chunks * channels * 16 + vectors * channels * 4)
  return { chunks, states, vector: i => states + chunks * channels * 16 + i * channels * 4 }
}

/** Mean and variance of each channel: the chunks' joined in their order (Chan, Golub & LeVeque 1983). */
const joinMoments = (
  states: Float64Array,
  rows: number,
  channels: number,
): { means: Float64Array; variances: Float64Array } => {
  const means = new Float64Array(channels)
  const squares = new Float64Array(channels)
  const chunk = chunkOf(rows)
  for (let at = 0, before = 0; before < rows; at += 2 * channels, before += chunk) {
    const count = Math.min(chunk, rows - before)
    for (let c = 0; c < channels; c++) {
      const off = states[at + c]! - means[c]!
      means[c]! += (off * count) / (before + count)
      squares[c]! += states[at + channels + c]! + (off * off * before * count) / (before + count)
    }
  }
  return { means, variances: squares.map(sum => sum / rows) }
}

/** Σ dy and Σ dy·(x − mean) of each channel. */
const productsOf = (
  heap: Heap,
  x: number,
  dy: number,
  mean: number,
  rows: number,
  channels: number,
  room: ReturnType<typeof roomFor>,
  bend: readonly [bend: number, factor: number, offset: number] = [0, 0, 0],
): { sums: Float64Array; products: Float64Array } => {
  const each = chunkOf(rows)
  heap.split(
    'channelProducts',
    [x, dy, mean, rows, channels, each, room.states, ...bend],
    room.chunks,
    each * channels * elementWork,
    channels * 8,
  )
  const states = doublesAt(heap, room.states, room.chunks * channels * 2)
  const sums = new Float64Array(channels)
  const products = new Float64Array(channels)
  for (let at = 0; at < states.length; at += 2 * channels)
    for (let c = 0; c < channels; c++) {
      sums[c]! += states[at + c]!
      products[c]! += states[at + channels + c]!
    }
  return { sums, products }
}

/** Σ dy and Σ dy·(x − mean) as tensors, one number a channel. */
export const normalizationSums = (heap: Heap, x: tf.TensorInfo, dy: tf.TensorInfo, mean: tf.TensorInfo) => {
  const channels = x.shape.at(-1)!
  const rows = sizeOf(x.shape) / channels
  const outs = [heap.output([channels]), heap.output([channels])]
  const room = roomFor(heap, rows, channels, 0)
  const { sums, products } = productsOf(heap, heap.at(x), heap.at(dy), heap.at(mean), rows, channels, room)
  heap.floats(outs[0]!).set(sums)
  heap.floats(outs[1]!).set(products)
  return outs
}

/** What x − mean is multiplied by: scale/√(variance + ε). */
const factorsOf = (
  heap: Heap,
  scale: tf.TensorInfo,
  variance: tf.TensorInfo,
  epsilon: number,
): Float64Array => {
  const scales = heap.floats(scale)
  return Float64Array.from(heap.floats(variance), (value, c) => scales[c]! / Math.sqrt(value + epsilon))
}

interface Attrs {
  readonly epsilon: number
  readonly bend: Bend
}

const normalizeBatch = (
  heap: Heap,
  x: tf.TensorInfo,
  scale: tf.TensorInfo,
  offset: tf.TensorInfo,
  { epsilon, bend }: Attrs,
): tf.TensorInfo[] => {
  const channels = x.shape.at(-1)!
  const rows = sizeOf(x.shape) / channels
  const outs = [heap.output(x.shape), heap.output([channels]), heap.output([channels])]
  const [y, mean, variance] = outs as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo]
  if (rows === 0) {
    heap.floats(mean).fill(NaN)
    heap.floats(variance).fill(NaN)
    return outs
  }
  const room = roomFor(heap, rows, channels, 1)
  const each = chunkOf(rows)
  heap.split(
    'channelMoments',
    [heap.at(x), rows, channels, each, room.states],
    room.chunks,
    each * channels * elementWork,
    channels * 8,
  )
  const { means, variances } = joinMoments(
    doublesAt(heap, room.states, room.chunks * channels * 2),
    rows,
    channels,
  )
  heap.floats(mean).set(means)
  heap.floats(variance).set(variances)
  floatsAt(heap, room.vector(0), channels).set(factorsOf(heap, scale, variance, epsilon))
  heap.split(
    'normalize',
    [heap.at(x), heap.at(mean), room.vector(0), heap.at(offset), channels, heap.at(y), bends.indexOf(bend)],
    rows,
    channels * elementWork,
  )
  return outs
}

/** dx, dScale and dOffset (Ioffe & Szegedy 2015, section 3), the batch's mean and variance being functions of x. */
const batchGradient = (
  heap: Heap,
  inputs: Record<'x' | 'dy' | 'scale' | 'offset' | 'mean' | 'variance', tf.TensorInfo>,
  { epsilon, bend }: Attrs,
): tf.TensorInfo[] => {
  const { x, dy, scale, offset, mean, variance } = inputs
  const channels = x.shape.at(-1)!
  const rows = sizeOf(x.shape) / channels
  const outs = [heap.output(x.shape), heap.output([channels]), heap.output([channels])]
  const [dx, dScale, dOffset] = outs as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo]
  const room = roomFor(heap, rows, channels, 3)
  const [xAt, dyAt, meanAt] = [heap.at(x), heap.at(dy), heap.at(mean)]
  const [factorAt, slopeAt, shiftAt] = [0, 1, 2].map(room.vector) as [number, number, number]
  const bendAt = [bends.indexOf(bend), heap.at(offset)] as const
  const roots = Float64Array.from(heap.floats(variance), value => 1 / Math.sqrt(value + epsilon))
  // As the forward pass has them, or the bend's edge would lie elsewhere.
  const factors = factorsOf(heap, scale, variance, epsilon)
  floatsAt(heap, factorAt, channels).set(factors)
  const { sums, products } = productsOf(heap, xAt, dyAt, meanAt, rows, channels, room, [
    bendAt[0],
    factorAt,
    bendAt[1],
  ])
  heap.floats(dScale).set(products.map((product, c) => product * roots[c]!))
  heap.floats(dOffset).set(sums)
  floatsAt(heap, slopeAt, channels).set(
    products.map((product, c) => (-factors[c]! * roots[c]! * roots[c]! * product) / rows),
  )
  floatsAt(heap, shiftAt, channels).set(sums.map((sum, c) => (-factors[c]! * sum) / rows))
  heap.split(
    'normalizationGradient',
    [xAt, dyAt, meanAt, factorAt, slopeAt, shiftAt, ...bendAt, channels, heap.at(dx)],
    rows,
    channels * elementWork,
  )
  return outs
}

/** Some channels' numbers: not worth another language, let alone another thread. */
const moveAverage = (
  heap: Heap,
  average: tf.TensorInfo,
  value: tf.TensorInfo,
  share: number,
): tf.TensorInfo => {
  const out = heap.output(average.shape)
  const [before, now, after] = [heap.floats(average), heap.floats(value), heap.floats(out)]
  const part = Math.fround(share)
  for (let i = 0; i < after.length; i++)
    after[i] = before[i]! - Math.fround(Math.fround(before[i]! - now[i]!) * part)
  return out
}

export const normalizationKernels: KernelTable = {
  FusedBatchNorm: (heap, stock) => (inputs, attrs) => {
    const x = inputs['x']!
    const mean = inputs['mean']!
    const variance = inputs['variance']!
    const offset = inputs['offset'] ?? undefined
    const scale = inputs['scale'] ?? undefined
    if (![mean, variance, offset, scale].every(vector => perChannel(x, vector))) return stock(inputs, attrs)
    const channels = x.shape.at(-1)!
    const y = heap.output(x.shape)
    if (sizeOf(x.shape) === 0) return y
    const factorAt = heap.scratch(channels * 8)
    const offsetAt = factorAt + channels * 4
    const factors = floatsAt(heap, factorAt, channels)
    const offsets = floatsAt(heap, offsetAt, channels)
    const epsilon = attrs['varianceEpsilon'] as number
    const variances = heap.floats(variance)
    const scales = scale === undefined ? undefined : heap.floats(scale)
    for (let i = 0; i < channels; i++)
      factors[i] = (scales === undefined ? 1 : scales[i]!) / Math.sqrt(variances[i]! + epsilon)
    if (offset === undefined) offsets.fill(0)
    else offsets.set(heap.floats(offset))
    heap.split(
      'normalize',
      [heap.at(x), heap.at(mean), factorAt, offsetAt, channels, heap.at(y), 0],
      sizeOf(x.shape) / channels,
      channels * elementWork,
    )
    return y
  },
  [batchNormalization]: heap => (inputs, attrs) =>
    normalizeBatch(heap, inputs['x']!, inputs['scale']!, inputs['offset']!, attrs as unknown as Attrs),
  [movedAverage]: heap => (inputs, attrs) =>
    moveAverage(heap, inputs['average']!, inputs['value']!, attrs['share'] as number),
  [batchNormalizationGradient]: heap => (inputs, attrs) =>
    batchGradient(heap, inputs as Parameters<typeof batchGradient>[1], attrs as unknown as Attrs),
}
