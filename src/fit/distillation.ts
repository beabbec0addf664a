import { tf } from '../engine/tf.js'
import { absolute } from './absolute.js'
import { sigmoidCrossEntropy, softmaxCrossEntropy } from './cross-entropy.js'
import { batchMean } from './examples.js'
import type { Hints } from './hints.js'
import type { Loss, Said } from './losses.js'
import type { Given, Objective } from './objective.js'
import type { Teachers } from './teachers.js'

/** How student and teachers end: what turns logits into probabilities, or neither (regression). */
export type Head = 'softmax' | 'sigmoid' | 'none'

/** A student's weight and what it should stay near: the same weight of each teacher that has it in this shape. */
export interface Anchor {
  readonly weight: tf.Tensor
  readonly teachers: readonly tf.Tensor[]
}

export interface Distillation {
  readonly head: Head
  readonly teachers: Teachers
  /** By step, counted from 0. */
  readonly temperature: (step: number) => number
  /** Share of the softened teachers' term, 0 to 1. */
  readonly alpha: number
  /** What the student is to learn from the labels. */
  readonly hard: Loss
  readonly hints: Hints
  /** Layers of the student that hints look at. */
  readonly taps: readonly string[]
  readonly anchors: readonly Anchor[]
  /** λ of λΣ|w − w′|. */
  readonly weightPenalty: number
  readonly penalty?: () => tf.Scalar
}

/** `temperature` absent: 1. */
const probabilities = (head: Head, words: tf.Tensor, temperature?: tf.Tensor): tf.Tensor => {
  if (head === 'none') return words
  const soft = temperature === undefined ? words : tf.div(words, temperature)
  return head === 'softmax' ? tf.softmax(soft) : tf.sigmoid(soft)
}

/** The teachers' probabilities at a temperature, averaged (Hinton et al. 2015, section 5.3, take the arithmetic mean too). */
const meanProbabilities = (head: Head, given: Given, count: number, temperature?: tf.Tensor): tf.Tensor => {
  const each = Array.from({ length: count }, (_, at) =>
    probabilities(head, given[`teacher:${at}`]!, temperature),
  )
  return each.length === 1 ? each[0]! : tf.div(tf.addN(each), each.length)
}

const xlogx = (p: tf.Tensor): tf.Tensor => tf.mul(p, tf.log(tf.maximum(p, 1e-30)))

/**
 * How far the student is from the softened teachers p, one number an example: T²·KL(p ‖ q), with q the student's
 * probabilities at T. Its gradient is that of Hinton's cross-entropy; unlike it, a perfect student reaches 0.
 * Sigmoid: the mean over outputs of the Bernoulli divergences. Regression: the mean squared difference, without T.
 */
const softLoss = (head: Head, p: tf.Tensor, said: Said, given: Given): tf.Tensor => {
  if (head === 'none') return tf.mean(tf.square(tf.sub(said.output, p)), -1)
  const soft = tf.div(said.logits!, given['temperature']!)
  const distance =
    head === 'softmax'
      ? tf.add(softmaxCrossEntropy(p, soft), tf.sum(xlogx(p), -1))
      : tf.add(sigmoidCrossEntropy(p, soft), tf.mean(tf.add(xlogx(p), xlogx(tf.sub(1, p))), -1))
  return tf.mul(distance, given['temperature²']!)
}

/**
 * Knowledge distillation (Hinton, Vinyals & Dean 2015):
 * L = mean(α·T²·KL(p_T ‖ q_T) + (1 − α)·hard(y, q)) + Σ hints + λ/m·Σ over m teachers Σ|w − w′|.
 */
export const distilling = (options: Distillation): Objective => {
  const { head, teachers, alpha, hard, hints, anchors, weightPenalty } = options
  const near = (): tf.Tensor | undefined => {
    if (weightPenalty === 0 || anchors.length === 0) return undefined
    const terms = anchors.flatMap(({ weight, teachers: others }) =>
      others.map(other => tf.mul(tf.sum(absolute(tf.sub(weight, other))), weightPenalty / teachers.count)),
    )
    return tf.addN(terms)
  }
  return {
    taps: options.taps,
    extra: hints.extra,
    arrays: (split, batch, step) => {
      const temperature = options.temperature(step)
      const scalar = (value: number) => ({ values: Float32Array.of(value), shape: [] })
      const soft = { temperature: scalar(temperature), 'temperature²': scalar(temperature * temperature) }
      return { ...(head === 'none' ? {} : soft), ...teachers.recall(split, batch) }
    },
    prepare: (examples, fed) => ('teacher:0' in fed ? fed : { ...fed, ...teachers.ask(examples.x) }),
    loss: (examples, said, given) => {
      const p = meanProbabilities(head, given, teachers.count, given['temperature'])
      const terms: tf.Tensor[] = []
      if (alpha > 0) terms.push(tf.mul(softLoss(head, p, said, given), alpha))
      if (alpha < 1) terms.push(tf.mul(hard(examples.truth, said), 1 - alpha))
      const parts = [
        batchMean(tf.addN(terms), examples),
        hints.loss(said, given),
        near(),
        options.penalty?.(),
      ]
      return tf.addN(parts.filter(part => part !== undefined)) as tf.Scalar
    },
    plainLoss: (examples, said) => tf.mean(hard(examples.truth, said)),
    measure: (_, said, given) => {
      const p = meanProbabilities(head, given, teachers.count)
      return { similarity: tf.sum(tf.square(tf.sub(said.output, p))) as tf.Scalar }
    },
  }
}
