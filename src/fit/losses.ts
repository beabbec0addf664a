import { tf } from '../engine/tf.js'
import { absolute } from './absolute.js'
import { sigmoidCrossEntropy, softmaxCrossEntropy } from './cross-entropy.js'

/** What a network said of a batch, flattened to `count × outputs`. */
export interface Said {
  readonly output: tf.Tensor
  /** What went into the last softmax or sigmoid; absent where the network ends otherwise. */
  readonly logits?: tf.Tensor
}

/** A loss of each example (`count`), differentiable in what the network said. `truth` is `count × outputs`. */
export type Loss = (truth: tf.Tensor, said: Said) => tf.Tensor

type Settings = Readonly<Record<string, unknown>>

/** Keras's ε: probabilities are kept this far from 0 and 1 where there are no logits. */
const epsilon = 1e-7

const rowMean = (each: tf.Tensor): tf.Tensor => tf.mean(each, -1)
const positive = (x: tf.Tensor): tf.Tensor => tf.maximum(x, epsilon)

const fromProbabilities = (truth: tf.Tensor, output: tf.Tensor): tf.Tensor => {
  const shares = tf.div(output, tf.sum(output, -1, true))
  return tf.neg(tf.sum(tf.mul(truth, tf.log(tf.clipByValue(shares, epsilon, 1 - epsilon))), -1))
}

const categorical: Loss = (truth, { output, logits }) =>
  logits ? softmaxCrossEntropy(truth, logits) : fromProbabilities(truth, output)

const binary: Loss = (truth, { output, logits }) => {
  if (logits) return sigmoidCrossEntropy(truth, logits)
  const p = tf.clipByValue(output, epsilon, 1 - epsilon)
  const no = tf.mul(tf.sub(1, truth), tf.log(tf.sub(1, p)))
  return tf.neg(rowMean(tf.add(tf.mul(truth, tf.log(p)), no)))
}

const huber =
  (delta: number): Loss =>
  (truth, { output }) => {
    const error = absolute(tf.sub(output, truth))
    const near = tf.minimum(error, delta)
    // ½e² up to delta, then δ(e − ½δ): near·(e − ½·near) is both.
    return rowMean(tf.mul(near, tf.sub(error, tf.mul(near, 0.5))))
  }

/** Labels 0 and 1 become −1 and 1, as Keras has it. */
const signed = (truth: tf.Tensor): tf.Tensor => tf.sub(tf.mul(truth, 2), 1)
const margin = (truth: tf.Tensor, output: tf.Tensor): tf.Tensor =>
  tf.relu(tf.sub(1, tf.mul(signed(truth), output)))

/** Losses by the recipe's names, each from its settings. Formulas are Keras's (`keras/src/losses/losses.py`). */
export const losses: Readonly<Record<string, (settings: Settings) => Loss>> = {
  categoricalCrossentropy: () => categorical,
  sparseCategoricalCrossentropy: () => categorical,
  binaryCrossentropy: () => binary,
  meanSquaredError:
    () =>
    (truth, { output }) =>
      rowMean(tf.square(tf.sub(output, truth))),
  meanAbsoluteError:
    () =>
    (truth, { output }) =>
      rowMean(absolute(tf.sub(output, truth))),
  meanAbsolutePercentageError:
    () =>
    (truth, { output }) =>
      tf.mul(100, rowMean(tf.div(absolute(tf.sub(output, truth)), positive(tf.abs(truth))))),
  meanSquaredLogarithmicError:
    () =>
    (truth, { output }) =>
      rowMean(tf.square(tf.sub(tf.log1p(positive(output)), tf.log1p(positive(truth))))),
  huber: settings => huber(typeof settings['delta'] === 'number' ? settings['delta'] : 1),
  logCosh:
    () =>
    (truth, { output }) => {
      const error = tf.sub(output, truth)
      // log cosh e = |e| + log(1 + e^−2|e|) − log 2: no overflow.
      const size = absolute(error)
      return rowMean(tf.sub(tf.add(size, tf.log1p(tf.exp(tf.mul(size, -2)))), Math.LN2))
    },
  hinge:
    () =>
    (truth, { output }) =>
      rowMean(margin(truth, output)),
  squaredHinge:
    () =>
    (truth, { output }) =>
      rowMean(tf.square(margin(truth, output))),
  categoricalHinge:
    () =>
    (truth, { output }) => {
      const right = tf.sum(tf.mul(truth, output), -1)
      const wrong = tf.max(tf.mul(tf.sub(1, truth), output), -1)
      return tf.relu(tf.add(tf.sub(wrong, right), 1))
    },
  kullbackLeiblerDivergence:
    () =>
    (truth, { output, logits }) => {
      const entropy = tf.sum(tf.mul(truth, tf.log(positive(truth))), -1)
      return tf.add(categorical(truth, logits ? { output, logits } : { output }), entropy)
    },
  poisson:
    () =>
    (truth, { output }) =>
      rowMean(tf.sub(output, tf.mul(truth, tf.log(tf.add(output, epsilon))))),
  cosineSimilarity:
    () =>
    (truth, { output }) => {
      const unit = (x: tf.Tensor): tf.Tensor =>
        tf.div(x, tf.sqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-12)))
      return tf.neg(tf.sum(tf.mul(unit(truth), unit(output)), -1))
    },
}
