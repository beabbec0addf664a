import type { Random } from '../core/random.js'

/** An initializer as a recipe writes it: a bare name, or `{name: settings}`. */
export type InitializerConfig = string | Readonly<Record<string, unknown>>

type Settings = Readonly<Record<string, unknown>>
type Fill = (shape: readonly number[], random: Random, settings: Settings) => Float64Array

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1)
const number = (settings: Settings, name: string, absent: number): number =>
  typeof settings[name] === 'number' ? settings[name] : absent

/** Units that feed one output unit, and units that one input unit feeds, as Keras counts them. */
export const fans = (shape: readonly number[]): { readonly in: number; readonly out: number } => {
  if (shape.length < 2) return { in: shape[0] ?? 1, out: shape[0] ?? 1 }
  const field = sizeOf(shape.slice(0, -2))
  return { in: shape.at(-2)! * field, out: shape.at(-1)! * field }
}

const each = (shape: readonly number[], draw: () => number): Float64Array =>
  Float64Array.from({ length: sizeOf(shape) }, draw)

/** A standard normal draw, drawn again while it lies further than two deviations out. */
const truncated = (random: Random): number => {
  let drawn = random.normal()
  while (Math.abs(drawn) > 2) drawn = random.normal()
  return drawn
}

/** Standard deviation of a standard normal law truncated at ±2. */
const truncatedDeviation = 0.8796256610342398

/** Variance scaling (Glorot & Bengio 2010; He et al. 2015): the law's variance is `scale / fan`. */
const scaled =
  (scale: number, mode: string, distribution: string): Fill =>
  (shape, random) => {
    const fan = fans(shape)
    const count = mode === 'fanIn' ? fan.in : mode === 'fanOut' ? fan.out : (fan.in + fan.out) / 2
    const variance = scale / Math.max(1, count)
    if (distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance)
      return each(shape, () => limit * (2 * random.uniform() - 1))
    }
    if (distribution === 'untruncatedNormal') return each(shape, () => Math.sqrt(variance) * random.normal())
    const deviation = Math.sqrt(variance) / truncatedDeviation
    return each(shape, () => deviation * truncated(random))
  }

/**
 * Makes `count` vectors of `length` orthonormal in place, by Gram–Schmidt done twice, which keeps orthogonality to
 * rounding (Giraud et al. 2005). R's diagonal is positive, so the law of the result is uniform (Mezzadri 2007).
 */
const orthonormalize = (vectors: Float64Array, count: number, length: number): Float64Array => {
  for (let j = 0; j < count; j++) {
    const vector = vectors.subarray(j * length, (j + 1) * length)
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        const other = vectors.subarray(k * length, (k + 1) * length)
        let dot = 0
        for (let i = 0; i < length; i++) dot += other[i]! * vector[i]!
        for (let i = 0; i < length; i++) vector[i]! -= dot * other[i]!
      }
    }
    let square = 0
    for (const value of vector) square += value * value
    const norm = Math.sqrt(square)
    for (let i = 0; i < length; i++) vector[i]! /= norm
  }
  return vectors
}

const orthogonal: Fill = (shape, random, settings) => {
  const columns = shape.at(-1) ?? 1
  const rows = sizeOf(shape) / columns
  const gain = number(settings, 'gain', 1)
  const [length, count] = [Math.max(rows, columns), Math.min(rows, columns)]
  const vectors = orthonormalize(
    each([count, length], () => random.normal()),
    count,
    length,
  )
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns]
    return gain * vectors[rows >= columns ? column * length + row : row * length + column]!
  })
}

const identity: Fill = (shape, _, settings) => {
  const columns = shape.at(-1) ?? 1
  const gain = number(settings, 'gain', 1)
  return Float64Array.from({ length: sizeOf(shape) }, (_, at) =>
    Math.floor(at / columns) === at % columns ? gain : 0,
  )
}

/** LSTM's bias: ones where it feeds the forget gate, so that a cell remembers at first (Jozefowicz et al. 2015). Gates: input, forget, cell, output. */
const unitForgetBias: Fill = shape => {
  const units = shape[0]! / 4
  return Float64Array.from({ length: shape[0]! }, (_, at) => (at >= units && at < 2 * units ? 1 : 0))
}

const fills: Readonly<Record<string, Fill>> = {
  zeros: shape => new Float64Array(sizeOf(shape)),
  ones: shape => new Float64Array(sizeOf(shape)).fill(1),
  constant: (shape, _, settings) => new Float64Array(sizeOf(shape)).fill(number(settings, 'value', 0)),
  identity,
  orthogonal,
  unitForgetBias,
  randomUniform: (shape, random, settings) => {
    const low = number(settings, 'minval', -0.05)
    const high = number(settings, 'maxval', 0.05)
    return each(shape, () => low + (high - low) * random.uniform())
  },
  randomNormal: (shape, random, settings) => {
    const mean = number(settings, 'mean', 0)
    const deviation = number(settings, 'stddev', 0.05)
    return each(shape, () => mean + deviation * random.normal())
  },
  truncatedNormal: (shape, random, settings) => {
    const mean = number(settings, 'mean', 0)
    const deviation = number(settings, 'stddev', 0.05)
    return each(shape, () => mean + deviation * truncated(random))
  },
  glorotUniform: scaled(1, 'fanAvg', 'uniform'),
  glorotNormal: scaled(1, 'fanAvg', 'normal'),
  heUniform: scaled(2, 'fanIn', 'uniform'),
  heNormal: scaled(2, 'fanIn', 'normal'),
  leCunUniform: scaled(1, 'fanIn', 'uniform'),
  leCunNormal: scaled(1, 'fanIn', 'normal'),
  lecunUniform: scaled(1, 'fanIn', 'uniform'),
  lecunNormal: scaled(1, 'fanIn', 'normal'),
  varianceScaling: (shape, random, settings) =>
    scaled(
      number(settings, 'scale', 1),
      typeof settings['mode'] === 'string' ? settings['mode'] : 'fanIn',
      typeof settings['distribution'] === 'string' ? settings['distribution'] : 'normal',
    )(shape, random, settings),
}

/**
 * Values of a fresh weight, drawn in float64 and rounded once to float32, so that every engine starts from the
 * same bits. Kernels are shaped as Keras shapes them: `[...field, in, out]`.
 */
export const fillWeight = (
  initializer: InitializerConfig,
  shape: readonly number[],
  random: Random,
): Float32Array => {
  const [name, settings] =
    typeof initializer === 'string'
      ? [initializer, {}]
      : ((Object.entries(initializer)[0] ?? ['zeros', {}]) as [string, Settings | null])
  const fill = fills[name]
  if (!fill) throw new Error(`no initializer "${name}"`)
  return Float32Array.from(fill(shape, random, settings ?? {}))
}
