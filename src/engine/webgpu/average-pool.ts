import { tf } from '../tf.js'
import type { Attrs, MakeWork } from './work.js'
import { workOf } from './work.js'

/** What of one side of a pool's windows lies inside the image. */
interface Side {
  readonly out: number
  readonly size: number
  readonly window: number
  readonly stride: number
  /** Padding in front. */
  readonly before: number
}

/** For each window along a side, the elements of the image in it. */
const inside = ({ out, size, window, stride, before }: Side): number[] =>
  Array.from({ length: out }, (_, i) => {
    const start = i * stride - before
    return Math.min(start + window, size) - Math.max(start, 0)
  })

/** window ÷ elements inside, for every window, as `1 × …out × 1`. */
const shares = (sides: readonly Side[]): Float32Array => {
  const whole = sides.reduce((product, { window }) => product * window, 1)
  let counts = [1]
  for (const side of sides) counts = counts.flatMap(count => inside(side).map(more => count * more))
  return Float32Array.from(counts, count => whole / count)
}

const flatSides = (x: tf.TensorInfo, attrs: Attrs): Side[] => {
  const info = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    attrs['filterSize'] as number,
    attrs['strides'] as number,
    1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as undefined,
  )
  return [
    [info.outHeight, info.inHeight, info.filterHeight, info.strideHeight, info.padInfo.top] as const,
    [info.outWidth, info.inWidth, info.filterWidth, info.strideWidth, info.padInfo.left] as const,
  ].map(([out, size, window, stride, before]) => ({ out, size, window, stride, before }))
}

const deepSides = (x: tf.TensorInfo, attrs: Attrs): Side[] => {
  const info = tf.backend_util.computePool3DInfo(
    x.shape as [number, number, number, number, number],
    attrs['filterSize'] as number,
    attrs['strides'] as number,
    1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as undefined,
  )
  return [
    [info.outDepth, info.inDepth, info.filterDepth, info.strideDepth, info.padInfo.front] as const,
    [info.outHeight, info.inHeight, info.filterHeight, info.strideHeight, info.padInfo.top] as const,
    [info.outWidth, info.inWidth, info.filterWidth, info.strideWidth, info.padInfo.left] as const,
  ].map(([out, size, window, stride, before]) => ({ out, size, window, stride, before }))
}

/**
 * The gradient of an average over the elements inside the image, as the forward pass takes it. The backend's own divides
 * by the whole window, so what comes in is scaled first.
 */
const averagePoolGradient =
  (sidesOf: (x: tf.TensorInfo, attrs: Attrs) => Side[]): MakeWork =>
  (backend, stock) => {
    const multiply = workOf(tf.getKernel('Multiply', 'webgpu')!, backend)
    return (inputs, attrs) => {
      const sides = sidesOf(inputs['input']!, attrs)
      const values = shares(sides)
      if (values.every(share => share === 1)) return stock(inputs, attrs)
      const shape = [1, ...sides.map(({ out }) => out), 1]
      const factor: tf.TensorInfo = {
        dataId: backend.write(values, shape, 'float32'),
        shape,
        dtype: 'float32',
      }
      const dy = multiply({ a: inputs['dy']!, b: factor }, {})
      const dx = stock({ ...inputs, dy }, attrs)
      backend.disposeData(factor.dataId)
      backend.disposeData(dy.dataId)
      return dx
    }
  }

export const averagePoolKernels: Readonly<Record<string, MakeWork>> = {
  AvgPoolGrad: averagePoolGradient(flatSides),
  AvgPool3DGrad: averagePoolGradient(deepSides),
}
