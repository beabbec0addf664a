import { tf } from './tf.js'

/** The kernels' names among those of tfjs. */
export const lstmKernel = 'TrimtabLstm'
export const lstmGatesGradient = 'TrimtabLstmGatesGradient'
export const lstmInputGradient = 'TrimtabLstmInputGradient'
export const lstmKernelGradient = 'TrimtabLstmKernelGradient'
export const lstmStateGradient = 'TrimtabLstmStateGradient'

export interface LstmWeights {
  /** channels × 4·units; gates stand side by side: input, forget, candidate, output. */
  readonly kernel: tf.Tensor
  /** units × 4·units. */
  readonly recurrent: tf.Tensor
  /** 4·units; absent: none. */
  readonly bias?: tf.Tensor | undefined
}

export interface LstmOptions {
  /** Every step's output (`batch × steps × units`, in the order in which they were made), not the last alone (`batch × units`). */
  readonly sequences: boolean
  /** Reads from the last step to the first. */
  readonly backwards: boolean
}

/** Has the engine of this thread the kernels? wasm has; the others take the tensor library's own layer. */
export const canLstm = (): boolean => tf.getKernel(lstmKernel, tf.getBackend()) !== undefined

/**
 * A whole LSTM layer (Hochreiter & Schmidhuber 1997) over x (`batch × steps × channels`), from a state of zeros, with σ for
 * the gates and tanh for candidate and output.
 */
export const lstm = (
  x: tf.Tensor,
  { kernel, recurrent, bias }: LstmWeights,
  { sequences, backwards }: LstmOptions,
): tf.Tensor => {
  const inputs = { x, kernel, recurrent, bias: bias ?? tf.zeros([kernel.shape[1]!]) }
  return tf.engine().runKernel<tf.Tensor[]>(lstmKernel, inputs, { sequences, backwards })[0]!
}

const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attrs)

let registered = false

/** Tells tfjs the gradient; once in a thread. */
export const registerLstm = (): void => {
  if (registered) return
  registered = true
  tf.registerGradient({
    kernelName: lstmKernel,
    inputsToSave: ['x', 'kernel', 'recurrent'],
    outputsToSave: [false, true, true, true],
    gradFunc: (dys, saved, attrs) => {
      const dy = (dys as tf.Tensor[])[0]!
      const [x, kernel, recurrent, gates, outputs, states] = saved as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ]
      const dGates = run(lstmGatesGradient, { dy, gates, states, recurrent }, attrs)
      return {
        x: () => run(lstmInputGradient, { dGates, kernel }, attrs),
        kernel: () => run(lstmKernelGradient, { x, dGates }, attrs),
        recurrent: () => run(lstmStateGradient, { outputs, dGates }, attrs),
        bias: () => tf.sum(dGates, [0, 1]),
      }
    },
  })
}
