import { tf } from '../tf.js'
import type { KernelBackend } from './kernels.js'
import { typed } from './kernels.js'
import { nativeBackendName } from './binding.js'

// Gradients for which TensorFlow has one operation and tfjs takes five to eight. All are computed from what the
// activation gave, not from what it was given, so that a graph may fuse it with what stands before it.

type Config = NonNullable<ReturnType<typeof tf.getGradient>>

/** TensorFlow's operation, and whether the activation's output stands before the gradient among its inputs. */
const operations: Readonly<Record<string, readonly [name: string, outputFirst: boolean]>> = {
  Relu: ['ReluGrad', false],
  Relu6: ['Relu6Grad', false],
  Sigmoid: ['SigmoidGrad', true],
  Tanh: ['TanhGrad', true],
}

/** As tfjs registers it, with the output saved behind what it saves itself. */
const replace = (kernelName: string, name: string, outputFirst: boolean): void => {
  const old = tf.getGradient(kernelName)
  if (old === undefined) throw new Error(`tfjs has no gradient for ${kernelName}`)
  const gradFunc: Config['gradFunc'] = (dy, saved, attrs) => {
    const slope = dy as tf.Tensor
    const y = saved.at(-1)!
    if (tf.getBackend() !== nativeBackendName || slope.dtype !== 'float32' || y.dtype !== 'float32')
      return old.gradFunc(dy, saved, attrs)
    const backend = tf.backend() as unknown as KernelBackend
    const inputs = outputFirst ? [y, slope] : [slope, y]
    return {
      x: () => backend.executeSingleOutput(name, [typed(backend, 'T', 'float32')], inputs) as tf.Tensor,
    }
  }
  tf.unregisterGradient(kernelName)
  tf.registerGradient({ ...old, kernelName, outputsToSave: [true], gradFunc })
}

export const registerGraphGradients = (): void => {
  for (const [kernelName, [name, outputFirst]] of Object.entries(operations))
    replace(kernelName, name, outputFirst)
}
