import { tf } from './tf.js'

/** What bends a layer's output; the kernels know each by its place here. */
export const bends = ['linear', 'relu', 'relu6'] as const
export type Bend = (typeof bends)[number]

/** The bend that an activation is; undefined where it is another function. */
export const bendOf = (activation: unknown): Bend | undefined => bends.find(bend => bend === activation)

/** The kernels' names among those of tfjs. */
export const activatedConvolution = 'TrimtabActivatedConvolution'
export const activatedProduct = 'TrimtabActivatedProduct'
export const activationGradient = 'TrimtabActivationGradient'
export const bendElements = 'TrimtabBend'
export const bendGradient = 'TrimtabBendGradient'

/** Has the engine of this thread the kernels? wasm has; the others take the tensor library's own layers. */
export const canActivate = (): boolean => tf.getKernel(activatedConvolution, tf.getBackend()) !== undefined

const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap)

export interface ConvolutionOptions {
  readonly strides: [number, number]
  readonly pad: 'same' | 'valid'
}

/**
 * conv2d(x, filter) + bias as one kernel, with its relu or relu6, in training too: tfjs fuses them only where no
 * gradient is asked for, and then computes the image's gradient even where nobody wants it.
 */
export const convolveActivated = (
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor | undefined,
  bend: Bend,
  options: ConvolutionOptions,
): tf.Tensor => run(activatedConvolution, bias ? { x, filter, bias } : { x, filter }, { ...options, bend })

/** x·kernel + bias as one kernel, with its relu or relu6; x is `batch × channels`. */
export const multiplyActivated = (
  x: tf.Tensor,
  kernel: tf.Tensor,
  bias: tf.Tensor | undefined,
  bend: Bend,
): tf.Tensor => run(activatedProduct, bias ? { x, kernel, bias } : { x, kernel }, { bend })

/** x behind its relu or relu6 as one kernel, and its gradient as another. */
export const bendActivated = (x: tf.Tensor, bend: Bend): tf.Tensor => run(bendElements, { x }, { bend })

/** What passes of `dy`, the gradient of x behind its bend. */
export const bendBack = (dy: tf.Tensor, x: tf.Tensor, bend: Bend): tf.Tensor =>
  run(bendGradient, { dy, x }, { bend })

/** The gradient before the bend, and what gives the bias's: with a bend both from one pass. */
const split = (dy: tf.Tensor, y: tf.Tensor, bend: Bend): [tf.Tensor, () => tf.Tensor] => {
  if (bend === 'linear')
    return [
      dy,
      () =>
        tf.sum(
          dy,
          dy.shape.slice(1).map((_, axis) => axis),
        ),
    ]
  const [dz, dBias] = tf.engine().runKernel<tf.Tensor[]>(activationGradient, { dy, y }, { bend }) as [
    tf.Tensor,
    tf.Tensor,
  ]
  return [dz, () => dBias]
}

const bendIn = (attrs: tf.NamedAttrMap): Bend => attrs['bend'] as Bend

let registered = false

/** Tells tfjs the gradients; once in a thread. */
export const registerActivated = (): void => {
  if (registered) return
  registered = true
  tf.registerGradient({
    kernelName: activatedConvolution,
    inputsToSave: ['x', 'filter'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
      const { bend, ...given } = attrs as unknown as ConvolutionOptions & { bend: Bend }
      const [dz, bias] = split(dy as tf.Tensor, y, bend)
      const options = { ...given, dataFormat: 'NHWC' }
      return {
        x: () => run('Conv2DBackpropInput', { dy: dz, filter }, { ...options, inputShape: x.shape }),
        filter: () => run('Conv2DBackpropFilter', { x, dy: dz }, { ...options, filterShape: filter.shape }),
        bias,
      }
    },
  })
  tf.registerGradient({
    kernelName: bendElements,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({ x: () => bendBack(dy as tf.Tensor, x!, bendIn(attrs)) }),
  })
  // The gradient of the gradient: it is linear in dy, and flat in x.
  tf.registerGradient({
    kernelName: bendGradient,
    inputsToSave: ['x'],
    gradFunc: (ddx, [x], attrs) => ({
      dy: () => bendBack(ddx as tf.Tensor, x!, bendIn(attrs)),
      x: () => tf.zerosLike(x!),
    }),
  })
  tf.registerGradient({
    kernelName: activatedProduct,
    inputsToSave: ['x', 'kernel'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, kernel, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
      const [dz, bias] = split(dy as tf.Tensor, y, bendIn(attrs))
      return {
        x: () => tf.matMul(dz, kernel, false, true),
        kernel: () => tf.matMul(x, dz, true, false),
        bias,
      }
    },
  })
}
