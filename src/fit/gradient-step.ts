import { tf } from '../engine/tf.js'
import type { Draws } from '../model/noise.js'
import type { Runnable } from '../model/runnable.js'
import { clipGradients } from './clip.js'
import type { Clip } from './clip.js'
import type { Examples } from './examples.js'
import type { Given, Objective, Spoken } from './objective.js'
import type { Optimizer } from './optimizer.js'

/** A network's words on `x`, outputs and logits flattened to `count × outputs`. */
export const speak = (runnable: Runnable, x: tf.Tensor, taps: readonly string[], draws?: Draws): Spoken => {
  const ran = runnable.forward(x, {
    training: draws !== undefined,
    taps: [...taps],
    ...(draws ? { draws } : {}),
  })
  const flat = (t: tf.Tensor): tf.Tensor => tf.reshape(t, [t.shape[0]!, -1])
  return {
    output: flat(ran.output),
    taps: ran.taps,
    ...(ran.logits ? { logits: flat(ran.logits) } : {}),
  }
}

/** What a step moves, and how. */
export interface StepParts {
  readonly runnable: Runnable
  readonly objective: Objective
  readonly optimizer: Optimizer
  /** By weight name, 1 kept and 0 removed. */
  readonly masks: ReadonlyMap<string, tf.Tensor>
  readonly clip: Clip
  /** Names of the weights that this training moves. */
  readonly trained: readonly string[]
}

/** All that a step takes from JavaScript, as tensors. */
export interface StepInputs {
  readonly examples: Examples
  readonly fed: Given
  /** The optimizer's numbers of this step. */
  readonly scalars: readonly tf.Tensor[]
  /** Gives dropout and other noise. */
  readonly draws: Draws
  /** Absent: the loss is differentiated as it is. */
  readonly lossScale?: LossScale
}

/** What the loss is multiplied by before it is differentiated, and the gradients after it: a power of 2, and one over it. */
export interface LossScale {
  readonly scale: tf.Scalar
  readonly unscale: tf.Scalar
}

/** tfjs keeps what gradients will need, and forgets it where a step throws. */
const letGo = (): void => {
  const { state } = tf.engine()
  // Null where no step is under way, whatever its type says.
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? [])
  state.activeTape = []
}

/**
 * The mean loss of some examples, the network's output on them (`count × outputs`), and the masked gradients by weight
 * name. Inside a tidy. `share`: what the examples count for, where they are part of a batch.
 */
export const gradientsOf = (
  { runnable, objective, masks, trained }: StepParts,
  { examples, fed, draws, lossScale }: Omit<StepInputs, 'scalars'>,
  share?: number | tf.Tensor,
): {
  readonly loss: tf.Scalar
  readonly output: tf.Tensor
  readonly gradients: ReadonlyMap<string, tf.Tensor>
} => {
  const variables = new Map<string, tf.Variable>(objective.extra)
  for (const name of trained) variables.set(name, runnable.variables.get(name)!)
  const given = objective.prepare(examples, fed)
  let output: tf.Tensor | undefined
  const forward = (): tf.Scalar => {
    const said = speak(runnable, examples.x, objective.taps, draws)
    output = tf.keep(said.output)
    const loss = objective.loss(examples, said, given)
    const shared: tf.Scalar = share === undefined ? loss : tf.mul(loss, share)
    return lossScale === undefined ? shared : tf.mul(shared, lossScale.scale)
  }
  let made: ReturnType<typeof tf.variableGrads>
  try {
    made = tf.variableGrads(forward, [...variables.values()])
  } catch (error) {
    output?.dispose()
    letGo()
    throw error
  }
  const { value, grads } = made
  const gradients = new Map<string, tf.Tensor>()
  for (const [name, variable] of variables) {
    const scaled = grads[variable.name]
    if (scaled === undefined) continue
    const gradient = lossScale === undefined ? scaled : tf.mul(scaled, lossScale.unscale)
    const mask = masks.get(name)
    gradients.set(name, mask === undefined ? gradient : tf.mul(gradient, mask))
  }
  const loss: tf.Scalar = lossScale === undefined ? value : tf.mul(value, lossScale.unscale)
  return { loss, output: output!, gradients }
}

/** Whether every number of them is (a bool). */
export const allFinite = (tensors: readonly tf.Tensor[]): tf.Tensor =>
  tensors.map(tensor => tf.all(tf.isFinite(tensor))).reduce((a, b) => tf.logicalAnd(a, b))

/** An alias, since what a tidy gives must have an index signature. */
export type Descended = {
  readonly loss: tf.Scalar
  /** `count × outputs`. */
  readonly output: tf.Tensor
  /** Where the loss was scaled: is every number of every gradient finite (a bool)? Else the step is to be undone. */
  readonly finite?: tf.Tensor
}

/**
 * Makes one step down the gradient: gives the mean loss and the network's output (`count × outputs`) before the weights
 * moved. Inside a tidy; whatever it does with the inputs' numbers is done by the engine, so that it can be recorded.
 */
export const descend = (parts: StepParts, { scalars, ...inputs }: StepInputs): Descended => {
  const { loss, output, gradients } = gradientsOf(parts, inputs)
  const finite = inputs.lossScale === undefined ? undefined : allFinite([...gradients.values()])
  parts.optimizer.move(clipGradients(gradients, parts.clip), scalars)
  return { loss, output, ...(finite ? { finite } : {}) }
}

/** The plain loss, the output and what the objective measures, of a batch in inference. Inside a tidy. */
export const look = (
  { runnable, objective }: Pick<StepParts, 'runnable' | 'objective'>,
  examples: Examples,
  fed: Given,
): {
  readonly loss: tf.Scalar
  readonly output: tf.Tensor
  readonly measured: Readonly<Record<string, tf.Scalar>>
} => {
  const given = objective.prepare(examples, fed)
  const said = speak(runnable, examples.x, objective.taps)
  return {
    loss: objective.plainLoss(examples, said, given),
    output: said.output,
    measured: { ...objective.measure(examples, said, given) },
  }
}
