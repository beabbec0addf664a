import { tf } from './tf.js'

/** The kernels' names among those of tfjs. */
export const activatedConvolution = 'TrimtabActivatedConvolution'
export const activatedProduct = 'TrimtabActivatedProduct'
export const activationGradient = 'TrimtabActivationGradient'

/** Has the engine of this thread the kernels? wasm has; the others take the tensor library's own layers. */
export const canActivate = (): boolean => tf.getKernel(activatedConvolution, tf.getBackend()) !== undefined

const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap)

export interface ConvolutionOptions {
  readonly strides: [number, number]
  readonly pad: 'same' | 'valid'
}

/**
 * conv2d(x, filter) + bias as one kernel, with its relu where asked for, in training too: tfjs fuses them only where no
 * gradient is asked for, and then computes the image's gradient even where nobody wants it.
 */
export const convolveActivated = (
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor | undefined,
  relu: boolean,
  options: ConvolutionOptions,
): tf.Tensor => run(activatedConvolution, bias ? { x, filter, bias } : { x, filter }, { ...options, relu })

/** x·kernel + bias as one kernel, with its relu where asked for; x is `batch × channels`. */
export const multiplyActivated = (
  x: tf.Tensor,
  kernel: tf.Tensor,
  bias: tf.Tensor | undefined,
  relu: boolean,
): tf.Tensor => run(activatedProduct, bias ? { x, kernel, bias } : { x, kernel }, { relu })

/** The gradient before the relu, and what gives the bias's: with a relu both from one pass. */
const split = (dy: tf.Tensor, y: tf.Tensor, relu: boolean): [tf.Tensor, () => tf.Tensor] => {
  if (!relu)
    return [
      dy,
      () =>
        tf.sum(
          dy,
          dy.shape.slice(1).map((_, axis) => axis),
        ),
    ]
  const [dz, dBias] = tf.engine().runKernel<tf.Tensor[]>(activationGradient, { dy, y }) as [
    tf.Tensor,
    tf.Tensor,
  ]
  return [dz, () => dBias]
}

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
      const { relu, ...given } = attrs as unknown as ConvolutionOptions & { relu: boolean }
      const [dz, bias] = split(dy as tf.Tensor, y, relu)
      const options = { ...given, dataFormat: 'NHWC' }
      return {
        x: () => run('Conv2DBackpropInput', { dy: dz, filter }, { ...options, inputShape: x.shape }),
        filter: () => run('Conv2DBackpropFilter', { x, dy: dz }, { ...options, filterShape: filter.shape }),
        bias,
      }
    },
  })
  tf.registerGradient({
    kernelName: activatedProduct,
    inputsToSave: ['x', 'kernel'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, kernel, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
      const [dz, bias] = split(dy as tf.Tensor, y, (attrs as { relu: boolean }).relu)
      return {
        x: () => tf.matMul(dz, kernel, false, true),
        kernel: () => tf.matMul(x, dz, true, false),
        bias,
      }
    },
  })
}
