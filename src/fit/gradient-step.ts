import type { Random } from '../core/random.js'
import type { Batch, Split } from '../data/dataset.js'
import { tf } from '../engine/tf.js'
import type { Runnable } from '../model/runnable.js'
import { clipGradients } from './clip.js'
import type { Clip } from './clip.js'
import { examplesOf } from './examples.js'
import type { ExampleOptions } from './examples.js'
import type { Objective, Spoken } from './objective.js'
import type { Optimizer } from './optimizer.js'

/** A network's words on `x`, outputs and logits flattened to `count × outputs`. */
export const speak = (runnable: Runnable, x: tf.Tensor, taps: readonly string[], random?: Random): Spoken => {
  const ran = runnable.forward(x, {
    training: random !== undefined,
    taps: [...taps],
    ...(random ? { random } : {}),
  })
  const flat = (t: tf.Tensor): tf.Tensor => tf.reshape(t, [t.shape[0]!, -1])
  return {
    output: flat(ran.output),
    taps: ran.taps,
    ...(ran.logits ? { logits: flat(ran.logits) } : {}),
  }
}

export interface StepParts {
  readonly train: Split
  readonly runnable: Runnable
  readonly objective: Objective
  readonly optimizer: Optimizer
  readonly examples: ExampleOptions
  /** By weight name, 1 kept and 0 removed. */
  readonly masks: ReadonlyMap<string, tf.Tensor>
  readonly clip: Clip
  /** Names of the weights that this training moves. */
  readonly trained: readonly string[]
}

export interface Stepped {
  readonly loss: number
  /** `count × outputs`, before the weights moved. */
  readonly output: Float32Array
}

/** Where training is. `step` counts from 0. */
export interface StepMoment {
  readonly step: number
  readonly learningRate: number
}

/** The loss of a batch, what the network said, and the masked gradients by weight name. Inside a tidy; `output` is kept, the caller's. */
export const gradientsOf = (
  parts: StepParts,
  batch: Batch,
  { step }: StepMoment,
  random: Random,
  share = 1,
): {
  readonly value: tf.Scalar
  readonly output: tf.Tensor
  readonly gradients: ReadonlyMap<string, tf.Tensor>
} => {
  const { runnable, objective, masks } = parts
  const variables = new Map<string, tf.Variable>(objective.extra)
  for (const name of parts.trained) variables.set(name, runnable.variables.get(name)!)
  const examples = examplesOf(parts.train, batch, parts.examples)
  const given = objective.prepare(examples)
  let output: tf.Tensor | undefined
  const { value, grads } = tf.variableGrads(() => {
    const said = speak(runnable, examples.x, objective.taps, random)
    output = tf.keep(said.output)
    const loss = objective.loss(examples, said, given, step)
    return share === 1 ? loss : tf.mul(loss, share)
  }, [...variables.values()])
  const gradients = new Map<string, tf.Tensor>()
  for (const [name, variable] of variables) {
    const gradient = grads[variable.name]
    if (gradient === undefined) continue
    const mask = masks.get(name)
    gradients.set(name, mask === undefined ? gradient : tf.mul(gradient, mask))
  }
  return { value, output: output!, gradients }
}

/** Makes one step down the gradient on a batch. `random` draws dropout and other noise. */
export const gradientStep = async (
  parts: StepParts,
  batch: Batch,
  moment: StepMoment,
  random: Random,
): Promise<Stepped> => {
  const results = tf.tidy(() => {
    const { value, output, gradients } = gradientsOf(parts, batch, moment, random)
    parts.optimizer.apply(clipGradients(gradients, parts.clip), moment.learningRate)
    return [value, output]
  })
  const [value, output] = results
  try {
    return { loss: (await value!.data())[0]!, output: (await output!.data()) as Float32Array }
  } finally {
    tf.dispose(results)
  }
}
