import { tf } from './tf.js'

/** Recurrent layers that an engine may have as kernels, in the order of their numbers there. */
export const cells = ['simpleRNN', 'gru', 'lstm'] as const
export type Cell = (typeof cells)[number]

/** Functions that they take there, in the order of their numbers: those whose slope follows from what they give. */
export const activations = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'selu',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'softsign',
] as const
export type Activation = (typeof activations)[number]

/** The kernels' names among those of tfjs. */
export const recurrence = 'TrimtabRecurrence'
export const recurrenceGradient = 'TrimtabRecurrenceGradient'
export const recurrenceInputGradient = 'TrimtabRecurrenceInputGradient'
export const recurrenceKernelGradient = 'TrimtabRecurrenceKernelGradient'
export const recurrenceStateGradient = 'TrimtabRecurrenceStateGradient'

/** A cell's kernels stand side by side in each weight: update, reset, candidate (GRU); input, forget, candidate, output (LSTM). */
export interface RecurrentWeights {
  /** channels × kernels·units. */
  readonly kernel: tf.Tensor
  /** units × kernels·units. */
  readonly recurrent: tf.Tensor
  /** kernels·units; absent: none. */
  readonly bias?: tf.Tensor | undefined
}

export interface RecurrentOptions {
  readonly cell: Cell
  /** Function of the output. */
  readonly activation: Activation
  /** Function of the gates; absent where the cell has none. */
  readonly gate?: Activation | undefined
  /** Every step's output (`batch × steps × units`, in the order in which they were made), not the last alone (`batch × units`). */
  readonly sequences: boolean
  /** Reads from the last step to the first. */
  readonly backwards: boolean
}

/** What the kernels take of the options. */
export interface RecurrenceAttrs extends RecurrentOptions {
  readonly gate: Activation
  /** Keeps what the gradient needs, as further outputs. */
  readonly keep: boolean
}

const known = (name: unknown): name is Activation => activations.includes(name as Activation)

/** Has the engine of this thread kernels for a cell of these functions? wasm has; the others go step by step. */
export const canRecur = (options: {
  activation: unknown
  gate?: unknown
}): options is { activation: Activation; gate?: Activation } =>
  known(options.activation) &&
  (options.gate === undefined || known(options.gate)) &&
  tf.getKernel(recurrence, tf.getBackend()) !== undefined

/**
 * A whole recurrent layer over x (`batch × steps × channels`), from a state of zeros: without gates (Elman 1990), GRU with
 * the reset gate before the product (Cho et al. 2014), or LSTM (Hochreiter & Schmidhuber 1997). `mask` (`batch × units`):
 * what the output is multiplied by on its way to the next step (recurrent dropout); absent: nothing.
 */
export const recur = (
  x: tf.Tensor,
  { kernel, recurrent, bias }: RecurrentWeights,
  options: RecurrentOptions,
  mask?: tf.Tensor,
): tf.Tensor => {
  const inputs = {
    x,
    kernel,
    recurrent,
    bias: bias ?? tf.zeros([kernel.shape[1]!]),
    mask: mask ?? tf.zeros([0]),
  }
  const { gate = 'linear' } = options
  const attrs: RecurrenceAttrs = { ...options, gate, keep: tf.engine().state.gradientDepth > 0 }
  return tf.engine().runKernel<tf.Tensor[]>(recurrence, inputs, { ...attrs })[0]!
}

const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attrs)

let registered = false

/** Tells tfjs the gradient; once in a thread. */
export const registerRecurrence = (): void => {
  if (registered) return
  registered = true
  tf.registerGradient({
    kernelName: recurrence,
    inputsToSave: ['x', 'kernel', 'recurrent', 'mask'],
    outputsToSave: [false, true, true, true],
    gradFunc: (dys, saved, attrs) => {
      const dy = (dys as tf.Tensor[])[0]!
      const [x, kernel, recurrent, mask, gates, carried = gates, states = carried] = saved as [
        ...inputs: [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
        gates: tf.Tensor,
        carried?: tf.Tensor,
        states?: tf.Tensor,
      ]
      const dGates = run(recurrenceGradient, { dy, recurrent, mask, gates, carried, states }, attrs)
      return {
        x: () => run(recurrenceInputGradient, { dGates, kernel }, attrs),
        kernel: () => run(recurrenceKernelGradient, { x, dGates }, attrs),
        recurrent: () => run(recurrenceStateGradient, { dGates, carried, states }, attrs),
        bias: () => tf.sum(dGates, [0, 1]),
      }
    },
  })
}
