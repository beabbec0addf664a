import type { Random } from '../../core/random.js'
import type { Take } from '../../engine/graph/compare.js'
import type { Recorder, Recording } from '../../engine/graph/recorder.js'
import { record } from '../../engine/graph/recorder.js'
import { tf } from '../../engine/tf.js'
import { drawArray } from '../../model/noise.js'
import type { Draws } from '../../model/noise.js'
import { asExamples, tensorsOf } from '../examples.js'
import type { Arrays } from '../examples.js'
import { descend, look } from '../gradient-step.js'
import type { LossScale, StepParts } from '../gradient-step.js'
import type { FakeQuantization } from '../fake-quantization.js'
import { roundWeights } from './round-weights.js'

/** Noise that a step takes: drawn from the step's stream in this order. */
export interface NoiseFeed {
  readonly key: string
  readonly shape: readonly number[]
  readonly draw: (random: Random) => number
}

export interface RecordedStep extends Take {
  readonly noise: readonly NoiseFeed[]
}

export interface RecordedParts extends StepParts {
  readonly fakeQuantization?: FakeQuantization
}

/** The numbers of one step, of a real batch. */
export interface Sample {
  readonly batch: Arrays
  readonly given: Arrays
  readonly learningRate: number
  readonly random: Random
  /** Absent: the loss is not scaled. */
  readonly lossScale?: number
}

/** All that stays in the session from step to step, by its name there. */
export const tensorsHeld = ({ runnable, objective, optimizer }: StepParts): Map<string, tf.Tensor> => {
  const held = new Map<string, tf.Tensor>()
  for (const [name, variable] of runnable.variables) held.set(`weight:${name}`, variable)
  for (const [name, variable] of objective.extra) held.set(`extra:${name}`, variable)
  for (const [name, tensor] of optimizer.slots()) held.set(`slot:${name}`, tensor)
  return held
}

export const feedAll = (recorder: Recorder, prefix: string, arrays: Arrays): Record<string, tf.Tensor> => {
  const tensors = tensorsOf(arrays)
  for (const [name, tensor] of Object.entries(tensors)) recorder.feed(`${prefix}:${name}`, tensor)
  return tensors
}

/** A step moves the weights, so that it rounds them itself. */
const roundedHere = ({ fakeQuantization, runnable }: RecordedParts): ReadonlyMap<string, tf.Tensor> =>
  fakeQuantization ? roundWeights(fakeQuantization.model, runnable.variables) : new Map()

/** Looks at validation read what was rounded once before them. */
export const roundedBefore = (
  recorder: Recorder,
  { fakeQuantization }: RecordedParts,
): ReadonlyMap<string, tf.Tensor> => {
  const tensors = new Map<string, tf.Tensor>()
  for (const { name, shape, quantization } of fakeQuantization?.model.weights ?? []) {
    if (!quantization) continue
    tensors.set(name, tf.zeros([...shape]))
    recorder.state(`rounded:${name}`, tensors.get(name)!)
  }
  return tensors
}

export const seeing = <T>(
  { fakeQuantization }: RecordedParts,
  rounded: ReadonlyMap<string, tf.Tensor>,
  work: () => T,
): T => (fakeQuantization ? fakeQuantization.seeing(rounded, work) : work())

/** Records the rounding of all weights that are stored as integers, for the looks that follow. It gives `done`, which means nothing. */
export const recordRounding = (parts: RecordedParts): Take => {
  const { recording, result } = record(recorder => {
    for (const [key, tensor] of tensorsHeld(parts)) recorder.state(key, tensor)
    const updates = [...roundedHere(parts)].map(
      ([name, tensor]) => [`rounded:${name}`, recorder.idOf(tensor)] as const,
    )
    return { fetches: new Map([['done', recorder.idOf(tf.scalar(1))]]), updates: new Map(updates) }
  })
  return { recording, wanted: result }
}

export const feedScale = (recorder: Recorder, value: number): LossScale => {
  const [scale, unscale] = [tf.scalar(value), tf.scalar(1 / value)]
  recorder.feed('lossScale', scale)
  recorder.feed('lossUnscale', unscale)
  return { scale, unscale }
}

/** Noise that the work asks for is drawn, fed, and told of in `noise`. */
export const feedNoise =
  (recorder: Recorder, random: Random, noise: NoiseFeed[]): Draws =>
  (shape, draw) => {
    const tensor = tf.tensor(drawArray(random, shape, draw), [...shape])
    const key = `noise:${noise.length}`
    recorder.feed(key, tensor)
    noise.push({ key, shape: [...shape], draw })
    return tensor
  }

/** Begins a step of the optimizer, whose numbers are fed. */
export const feedScalars = (
  recorder: Recorder,
  { optimizer }: StepParts,
  learningRate: number,
): tf.Tensor[] =>
  optimizer.begin(learningRate).map((value, at) => {
    const tensor = tf.scalar(value)
    recorder.feed(`scalar:${at}`, tensor)
    return tensor
  })

/** Says what stays in the session, and what it holds before the step, by name. */
export const stateBefore = (recorder: Recorder, parts: StepParts): ReadonlyMap<string, tf.Tensor> => {
  const before = new Map<string, tf.Tensor>()
  for (const [key, tensor] of tensorsHeld(parts)) {
    recorder.state(key, tensor)
    // It shares the numbers, and keeps them when the variable is given others.
    before.set(key, tf.clone(tensor))
  }
  return before
}

/** One of two tensors, by a bool: `tf.where` would first spread it over their shape. */
const choose = (condition: tf.Tensor, t: tf.Tensor, e: tf.Tensor): tf.Tensor =>
  tf.engine().runKernel('Select', { condition, t, e })

/** What the step gave other values, with ids. Where it was not finite, all is as before. */
export const moved = (
  recorder: Recorder,
  parts: StepParts,
  before: ReadonlyMap<string, tf.Tensor>,
  finite: tf.Tensor | undefined,
): ReadonlyMap<string, number> => {
  const updates = new Map<string, number>()
  for (const [key, tensor] of tensorsHeld(parts)) {
    const old = before.get(key)!
    if (recorder.idOf(tensor) === recorder.idOf(old)) continue
    updates.set(key, recorder.idOf(finite ? choose(finite, tensor, old) : tensor))
  }
  return updates
}

/**
 * Records one training step. It is really made: the weights and what the optimizer remembers move. With `like`, an
 * earlier recording of it, nothing is computed, and they are without numbers afterwards.
 */
export const recordStep = (parts: RecordedParts, sample: Sample, like?: Recording): RecordedStep => {
  const noise: NoiseFeed[] = []
  const { recording, result } = record(recorder => {
    const before = stateBefore(recorder, parts)
    const inputs = {
      examples: asExamples(feedAll(recorder, 'batch', sample.batch)),
      fed: feedAll(recorder, 'given', sample.given),
      scalars: feedScalars(recorder, parts, sample.learningRate),
      draws: feedNoise(recorder, sample.random, noise),
      ...(sample.lossScale === undefined ? {} : { lossScale: feedScale(recorder, sample.lossScale) }),
    }
    const { loss, output, finite } = seeing(parts, roundedHere(parts), () => descend(parts, inputs))
    const updates = moved(recorder, parts, before, finite)
    const fetches = new Map([
      ['loss', recorder.idOf(loss)],
      ['output', recorder.idOf(output)],
      ...(finite ? [['finite', recorder.idOf(finite)] as const] : []),
    ])
    output.dispose()
    return { fetches, updates }
  }, like)
  return { recording, wanted: result, noise }
}

/** Records how a batch is judged in inference; `like` as in `recordStep`. */
export const recordLook = (
  parts: RecordedParts,
  sample: Pick<Sample, 'batch' | 'given'>,
  like?: Recording,
): Take => {
  const { recording, result } = record(recorder => {
    for (const [key, tensor] of tensorsHeld(parts)) recorder.state(key, tensor)
    const examples = asExamples(feedAll(recorder, 'batch', sample.batch))
    const given = feedAll(recorder, 'given', sample.given)
    const looked = seeing(parts, roundedBefore(recorder, parts), () => look(parts, examples, given))
    const fetches = new Map([
      ['loss', recorder.idOf(looked.loss)],
      ['output', recorder.idOf(looked.output)],
    ])
    for (const [name, sum] of Object.entries(looked.measured))
      fetches.set(`measured:${name}`, recorder.idOf(sum))
    return { fetches }
  }, like)
  return { recording, wanted: result }
}
