import type { Random } from '../core/random.js'
import { tf } from '../engine/tf.js'

/** How a noise layer changes its input in training. Its draws come from `random`, never from the engine. */
export type Noise = (x: tf.Tensor, random: Random) => tf.Tensor

/** The stream of a batch of which only some rows are there. */
export interface PartOfBatch extends Random {
  /** The first row that is there, how many are, and how many the batch has. */
  readonly rows?: { readonly from: number; readonly count: number; readonly of: number }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Draws for a whole batch; where some of its rows are there, theirs, so that an example has its noise whoever is beside it. */
const drawn = (shape: readonly number[], { rows }: PartOfBatch, draw: () => number): tf.Tensor => {
  const size = sizeOf(shape)
  // A row of the batch may be several of the tensor, as the time steps of a sequence are.
  const each = rows ? size / rows.count : 0
  const skip = (count: number): void => {
    for (let i = 0; i < count * each; i++) draw()
  }
  if (rows) skip(rows.from)
  const values = Float32Array.from({ length: size }, draw)
  if (rows) skip(rows.of - rows.from - rows.count)
  return tf.tensor(values, [...shape])
}

/** Multiplies by 0 with probability `rate`, else by 1/(1 − rate) (Srivastava et al. 2014). A side of 1 in `shape` is drawn once for all. */
export const dropout = (
  x: tf.Tensor,
  rate: number,
  random: Random,
  shape: readonly number[] = x.shape,
): tf.Tensor => {
  const kept = Math.fround(1 / (1 - rate))
  return tf.mul(
    x,
    drawn(shape, random, () => (random.uniform() < rate ? 0 : kept)),
  )
}

const alpha = 1.6732632423543772
const scale = 1.0507009873554805

/** Dropout that keeps the mean and variance of SELU's outputs (Klambauer et al. 2017): dropped units go to −α·scale. */
const alphaDropout = (x: tf.Tensor, rate: number, random: Random, shape: readonly number[]): tf.Tensor => {
  const floor = -alpha * scale
  const a = 1 / Math.sqrt((1 - rate) * (1 + rate * floor * floor))
  const b = -a * floor * rate
  const kept = drawn(shape, random, () => (random.uniform() < rate ? 0 : 1))
  const mixed = tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), floor))
  return tf.add(tf.mul(mixed, a), b)
}

type Config = Readonly<Record<string, unknown>>
const number = (config: Config, name: string): number => (config[name] as number | undefined) ?? 0

type Drop = (x: tf.Tensor, rate: number, random: Random, shape: readonly number[]) => tf.Tensor

const dropping =
  (drop: Drop, shapeOf: (shape: readonly number[]) => readonly number[]) =>
  (config: Config): Noise =>
  (x, random) => {
    const rate = number(config, 'rate')
    return rate > 0 ? drop(x, rate, random, shapeOf(x.shape)) : x
  }

/** Noise layers by their names in the catalogue. */
export const noises: Readonly<Record<string, (config: Config) => Noise>> = {
  dropout: dropping(dropout, shape => shape),
  spatialDropout1d: dropping(dropout, ([count, , channels]) => [count!, 1, channels!]),
  alphaDropout: dropping(alphaDropout, shape => shape),
  gaussianNoise: config => (x, random) =>
    tf.add(
      x,
      drawn(x.shape, random, () => number(config, 'stddev') * random.normal()),
    ),
  gaussianDropout: config => (x, random) => {
    const rate = number(config, 'rate')
    const deviation = Math.sqrt(rate / (1 - rate))
    return rate > 0
      ? tf.mul(
          x,
          drawn(x.shape, random, () => 1 + deviation * random.normal()),
        )
      : x
  },
}
