import { tf } from '../tf.js'
import { bendBack, registerActivated } from '../activated.js'
import { registerRecurrence } from '../recurrence.js'
import { registerBatchNormalization } from '../normalize-batch.js'
import type { Heap } from './heap.js'
import { normalizationSums as sumsOf } from './normalization.js'
import { isOneRun, spreadKernel } from './reduction.js'
import type { KernelTable } from './replace.js'
import { replaceKernels } from './replace.js'

// Gradients that are many operations in tfjs and one pass here. They are registered for every engine, since tfjs
// knows gradients by operation alone; on an engine other than wasm they do what tfjs does.

const normalizationSums = 'TrimtabNormalizationSums'

const kernels: KernelTable = {
  [normalizationSums]: heap => inputs => sumsOf(heap, inputs['x']!, inputs['dy']!, inputs['mean']!),
}

type Config = NonNullable<ReturnType<typeof tf.getGradient>>
type Gradients = ReturnType<Config['gradFunc']>

const onWasm = (): boolean => tf.getBackend() === 'wasm'
const runTwo = (name: string, inputs: Record<string, tf.Tensor>): [tf.Tensor, tf.Tensor] =>
  tf.engine().runKernel(name, inputs)

/** Replaces a gradient where `mine` gives one, and leaves tfjs's own otherwise. */
const replaceGradient = (
  kernelName: string,
  mine: (dy: tf.Tensor, saved: tf.Tensor[], attrs: Record<string, unknown>) => Gradients | undefined,
): void => {
  const old = tf.getGradient(kernelName)
  if (old === undefined) throw new Error(`tfjs has no gradient for ${kernelName}`)
  tf.unregisterGradient(kernelName)
  tf.registerGradient({
    ...old,
    gradFunc: (dy, saved, attrs) =>
      (onWasm() ? mine(dy as tf.Tensor, saved, attrs as Record<string, unknown>) : undefined) ??
      old.gradFunc(dy, saved, attrs),
  })
}

const ofRelu = (dy: tf.Tensor, [x]: tf.Tensor[]): Gradients | undefined =>
  dy.dtype === 'float32' && x!.dtype === 'float32' ? { x: () => bendBack(dy, x!, 'relu') } : undefined

/** Of a sum or a mean over axes side by side; tfjs multiplies a tensor of ones that it makes in JavaScript. */
const ofReduction =
  (mean: boolean) =>
  (dy: tf.Tensor, [x]: tf.Tensor[], attrs: Record<string, unknown>): Gradients | undefined => {
    const axes = tf.util.parseAxisParam(attrs['axis'] as number | number[], x!.shape)
    if (dy.dtype !== 'float32' || x!.dtype !== 'float32' || !isOneRun(x!.shape, axes)) return undefined
    const divisor = mean ? x!.size / dy.size : 1
    return { x: () => spreadOver(dy, { shape: x!.shape, axes, divisor }) }
  }

interface Spread extends tf.NamedAttrMap {
  readonly shape: number[]
  readonly axes: number[]
  readonly divisor: number
}

const spreadOver = (x: tf.Tensor, attrs: Spread): tf.Tensor =>
  tf.engine().runKernel(spreadKernel, { x }, attrs)

/** Ioffe & Szegedy 2015, section 3, with mean and variance as inputs of their own, as the operation has them. */
const ofBatchNorm = (
  dy: tf.Tensor,
  saved: tf.Tensor[],
  attrs: Record<string, unknown>,
): Gradients | undefined => {
  const [x, mean, variance, savedScale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined]
  if (mean.rank !== 1 || mean.size !== x.shape.at(-1) || dy.size === 0) return undefined
  const scale = savedScale ?? tf.ones(mean.shape)
  const root = tf.rsqrt(tf.add(variance, attrs['varianceEpsilon'] as number))
  const [sum, product] = runTwo(normalizationSums, { x, dy, mean })
  const factor = tf.mul(root, scale)
  const cube = tf.mul(tf.mul(root, root), root)
  return {
    x: () => tf.mul(dy, factor),
    mean: () => tf.neg(tf.mul(sum, factor)),
    variance: () => tf.mul(tf.mul(product, tf.mul(cube, -0.5)), scale),
    scale: () => tf.mul(product, root),
    offset: () => sum,
  }
}

export const registerGradients = (heap: Heap): void => {
  replaceKernels(heap, kernels)
  replaceGradient('Relu', ofRelu)
  replaceGradient('FusedBatchNorm', ofBatchNorm)
  replaceGradient('Sum', ofReduction(false))
  replaceGradient('Mean', ofReduction(true))
  tf.registerGradient({
    kernelName: spreadKernel,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => {
      const { axes, divisor } = attrs as Spread
      return { x: () => tf.reshape(tf.div(tf.sum(dy as tf.Tensor, axes), divisor), x!.shape) }
    },
  })
  registerBatchNormalization()
  registerRecurrence()
  registerActivated()
}
