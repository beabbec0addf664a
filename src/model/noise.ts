import type { Random } from '../core/random.js'
import { tf } from '../engine/tf.js'

/** What noise gets its numbers from: a tensor of this shape, drawn number by number, never by the engine. */
export type Draws = (shape: readonly number[], draw: (random: Random) => number) => tf.Tensor

/** How a noise layer changes its input in training. */
export type Noise = (x: tf.Tensor, draws: Draws) => tf.Tensor

/** As many numbers as the shape has, drawn one after another. */
export const drawArray = (
  random: Random,
  shape: readonly number[],
  draw: (random: Random) => number,
): Float32Array => {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1))
  for (let at = 0; at < values.length; at++) values[at] = draw(random)
  return values
}

/** Draws from one stream, in the order in which they are asked for. */
export const drawsFrom =
  (random: Random): Draws =>
  (shape, draw) =>
    tf.tensor(drawArray(random, shape, draw), [...shape])

/** 0 with probability `rate`, else 1/(1 − rate) (Srivastava et al. 2014). */
export const dropMask = (rate: number, draws: Draws, shape: readonly number[]): tf.Tensor => {
  const kept = Math.fround(1 / (1 - rate))
  return draws(shape, random => (random.uniform() < rate ? 0 : kept))
}

/** Multiplies by such a mask. A side of 1 in `shape` is drawn once for all. */
export const dropout = (
  x: tf.Tensor,
  rate: number,
  draws: Draws,
  shape: readonly number[] = x.shape,
): tf.Tensor => tf.mul(x, dropMask(rate, draws, shape))

const alpha = 1.6732632423543772
const scale = 1.0507009873554805

/** Dropout that keeps the mean and variance of SELU's outputs (Klambauer et al. 2017): dropped units go to −α·scale. */
const alphaDropout = (x: tf.Tensor, rate: number, draws: Draws, shape: readonly number[]): tf.Tensor => {
  const floor = -alpha * scale
  const a = 1 / Math.sqrt((1 - rate) * (1 + rate * floor * floor))
  const b = -a * floor * rate
  const kept = draws(shape, random => (random.uniform() < rate ? 0 : 1))
  const mixed = tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), floor))
  return tf.add(tf.mul(mixed, a), b)
}

type Config = Readonly<Record<string, unknown>>
const number = (config: Config, name: string): number => (config[name] as number | undefined) ?? 0

type Drop = (x: tf.Tensor, rate: number, draws: Draws, shape: readonly number[]) => tf.Tensor

const dropping =
  (drop: Drop, shapeOf: (shape: readonly number[]) => readonly number[]) =>
  (config: Config): Noise =>
  (x, draws) => {
    const rate = number(config, 'rate')
    return rate > 0 ? drop(x, rate, draws, shapeOf(x.shape)) : x
  }

/** Noise layers by their names in the catalogue. */
export const noises: Readonly<Record<string, (config: Config) => Noise>> = {
  dropout: dropping(dropout, shape => shape),
  spatialDropout1d: dropping(dropout, ([count, , channels]) => [count!, 1, channels!]),
  alphaDropout: dropping(alphaDropout, shape => shape),
  gaussianNoise: config => (x, draws) =>
    tf.add(
      x,
      draws(x.shape, random => number(config, 'stddev') * random.normal()),
    ),
  gaussianDropout: config => (x, draws) => {
    const rate = number(config, 'rate')
    const deviation = Math.sqrt(rate / (1 - rate))
    return rate > 0
      ? tf.mul(
          x,
          draws(x.shape, random => 1 + deviation * random.normal()),
        )
      : x
  },
}
