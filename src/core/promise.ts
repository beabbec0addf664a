import type { Metrics } from './artifact.js'
import type { EngineName } from './engine-name.js'

/**
 * What an engine promises of its numbers, when the same step runs again with the same versions.
 * - `bitwise`: the same bits. `machines`: on any processor, operating system and supported Node. `machine`: on the
 *   same processor architecture and version of Node.
 * - `tolerance`: every tensor and metric within this relative difference (see `differenceOf`).
 */
export type EnginePromise =
  | { readonly kind: 'bitwise'; readonly across: 'machines' | 'machine' }
  | { readonly kind: 'tolerance'; readonly figure: number }

/**
 * The promise of each engine. The figure of `native` is the largest difference to `cpu` that three Adam steps of a small
 * CNN showed; that of `webgpu` is above the largest to `wasm` of a CNN, a MobileNet-like net and an LSTM (6.8e-5, in a
 * fresh bias, which Adam moves by the sign of a gradient near 0; weights 1e-6; `test/engine/webgpu`). A longer training
 * can move further apart, and must be measured before it is promised.
 */
export const enginePromises: Readonly<Record<EngineName, EnginePromise>> = {
  native: { kind: 'tolerance', figure: 2.8e-6 },
  webgpu: { kind: 'tolerance', figure: 1e-4 },
  wasm: { kind: 'bitwise', across: 'machines' },
  cpu: { kind: 'bitwise', across: 'machine' },
}

/**
 * The promise of a step in mixed precision: above the largest difference between two sets of kernels on one machine
 * (TensorFlow's own and oneDNN's: three Adam steps of eight networks, 0.18 in a bias that began at 0, 0.04 in a kernel).
 * The same kernels give the same bits on a processor.
 */
export const mixedPrecisionPromise: EnginePromise = { kind: 'tolerance', figure: 0.2 }

/** Does a step of this config train in mixed precision? */
export const isMixed = ({ mixedPrecision = 'none' }: Readonly<Record<string, unknown>>): boolean =>
  mixedPrecision !== 'none'

/** The promise of a step by its engine and config. */
export const stepPromise = (engine: EngineName, config: Readonly<Record<string, unknown>>): EnginePromise =>
  isMixed(config) ? mixedPrecisionPromise : enginePromises[engine]

/**
 * How far from the cpu engine's an engine's numbers may be, as `differenceOf` has it: every operation that training
 * uses, every layer with its gradients, and three Adam steps of ten networks (`test/engine/parity`).
 */
export const engineAgreement: Readonly<Record<EngineName, number>> = {
  native: 5e-6,
  webgpu: 5e-6,
  wasm: 5e-6,
  cpu: 0,
}

/** A promise in words, for tables: `the same bits on every machine`. */
export const promiseText = (promise: EnginePromise): string =>
  promise.kind === 'tolerance'
    ? `within ${promise.figure.toExponential()}`
    : `the same bits on ${promise.across === 'machines' ? 'every machine' : 'the same processor and Node'}`

/**
 * How far two tensors (or, as lists of one, two metrics) are apart: the largest |aᵢ − bᵢ| over the largest magnitude in
 * either. 0 where all are equal, Infinity where lengths differ or where one is not finite and the other is not the same.
 * A tensor is measured as a whole, since a weight near 0 has no digits of its own to agree on.
 */
export const differenceOf = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Infinity
  let apart = 0
  let size = 0
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) {
      if (Number.isFinite(x)) size = Math.max(size, Math.abs(x))
      continue
    }
    if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity
    apart = Math.max(apart, Math.abs(x - y))
    size = Math.max(size, Math.abs(x), Math.abs(y))
  }
  return apart === 0 ? 0 : apart / size
}

/** Do two results of the same step keep an engine's promise? For bits, 0 and −0 are different, and any NaN is the same NaN. */
export const withinPromise = (
  promise: EnginePromise,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): boolean => {
  if (promise.kind === 'tolerance') return differenceOf(a, b) <= promise.figure
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}

/** A metric that two results of the same step do not share within the promise. */
export interface Departure {
  /** `test.accuracy`. */
  readonly metric: string
  /** Undefined where it is absent. */
  readonly a: number | undefined
  readonly b: number | undefined
  /** Relative; Infinity where one is absent. */
  readonly difference: number
}

/**
 * The metrics outside a promise, in the order of their names. Each is judged by itself. A metric that counts examples
 * (accuracy) moves by whole examples: one answer that flips is outside any small tolerance, and is meant to be.
 */
export const departures = (promise: EnginePromise, a: Metrics, b: Metrics): Departure[] => {
  const flat = (metrics: Metrics): Map<string, number> =>
    new Map(
      Object.entries(metrics).flatMap(([split, figures]) =>
        Object.entries(figures).map(([name, value]) => [`${split}.${name}`, value] as const),
      ),
    )
  const [mine, theirs] = [flat(a), flat(b)]
  return [...new Set([...mine.keys(), ...theirs.keys()])].sort().flatMap(metric => {
    const [x, y] = [mine.get(metric), theirs.get(metric)]
    if (x === undefined || y === undefined) return [{ metric, a: x, b: y, difference: Infinity }]
    return withinPromise(promise, [x], [y])
      ? []
      : [{ metric, a: x, b: y, difference: differenceOf([x], [y]) }]
  })
}
