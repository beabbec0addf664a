import { tf } from './tf.js'

/** The kernels' names among those of tfjs. */
export const activatedConvolution = 'TrimtabActivatedConvolution'
export const activatedProduct = 'TrimtabActivatedProduct'
export const activationGradient = 'TrimtabActivationGradient'

/** Has the engine of this thread the kernels? wasm has; the others take the tensor library's own layers. */
export const canActivate = (): boolean => tf.getKernel(activatedConvolution, tf.getBackend()) !== undefined

const run = <T extends tf.Tensor | tf.Tensor[]>(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attrs: object = {},
): T => tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap)

export interface ConvolutionOptions {
  readonly strides: [number, number]
  readonly pad: 'same' | 'valid'
}

/** relu(conv2d(x, filter) + bias) as one kernel, in training too: tfjs fuses them only where no gradient is asked for. */
export const convolveRelu = (
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor,
  options: ConvolutionOptions,
): tf.Tensor => run(activatedConvolution, { x, filter, bias }, options)

/** relu(x·kernel + bias) as one kernel; x is `batch × channels`. */
export const multiplyRelu = (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
  run(activatedProduct, { x, kernel, bias })

/** The gradient before the relu, and the bias's: one pass. */
const split = (dy: tf.Tensor, y: tf.Tensor): [tf.Tensor, tf.Tensor] =>
  run<[tf.Tensor, tf.Tensor]>(activationGradient, { dy, y })

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
      const [dz, dBias] = split(dy as tf.Tensor, y)
      const options = { ...(attrs as unknown as ConvolutionOptions), dataFormat: 'NHWC' }
      return {
        x: () => run('Conv2DBackpropInput', { dy: dz, filter }, { ...options, inputShape: x.shape }),
        filter: () => run('Conv2DBackpropFilter', { x, dy: dz }, { ...options, filterShape: filter.shape }),
        bias: () => dBias,
      }
    },
  })
  tf.registerGradient({
    kernelName: activatedProduct,
    inputsToSave: ['x', 'kernel'],
    outputsToSave: [true],
    gradFunc: (dy, saved) => {
      const [x, kernel, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
      const [dz, dBias] = split(dy as tf.Tensor, y)
      return {
        x: () => tf.matMul(dz, kernel, false, true),
        kernel: () => tf.matMul(x, dz, true, false),
        bias: () => dBias,
      }
    },
  })
}
