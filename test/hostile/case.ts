import type { Random } from '../../src/core/random.js'

/** Files of a project, and the step that reads them. */
export interface HostileCase {
  /** What they are and what was done to them. */
  readonly what: string
  readonly kind: 'dataset' | 'model'
  /** The step's own fields, paths from the project's folder. */
  readonly config: Readonly<Record<string, unknown>>
  /** By path from the project's folder. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Symbolic links: by path, where they lead. */
  readonly links?: ReadonlyMap<string, string>
  /** Nothing was damaged: it must be read. */
  readonly sound: boolean
  /** It reaches out of the project: it must not be read. */
  readonly escapes?: boolean
}

/** Draws a case. */
export type Generate = (random: Random) => HostileCase

export const pick = <T>(items: readonly T[], random: Random): T => items[random.below(items.length)]!

/** One of several with weights. */
export const choose = <T>(weighted: readonly (readonly [number, T])[], random: Random): T => {
  let left = random.below(weighted.reduce((sum, [weight]) => sum + weight, 0))
  return weighted.find(([weight]) => (left -= weight) < 0)![1]
}

/** True one time in so many. */
export const oneIn = (times: number, random: Random): boolean => random.below(times) === 0

/** Settings of a dataset beside its source, drawn at random. */
export const datasetSettings = (random: Random, regression: boolean): Readonly<Record<string, unknown>> => ({
  ...(regression ? { task: 'regression' } : {}),
  ...(oneIn(2, random)
    ? {
        split: pick(
          [
            { train: 0.8, test: 0.2 },
            { train: 0.5, validation: 0.25 },
          ],
          random,
        ),
      }
    : {}),
  ...(oneIn(2, random)
    ? {
        normalize: pick(
          [
            { divide: 255 },
            { standardize: 'all' },
            { standardize: 'feature' },
            { minMax: 'channel' },
            { minMax: 'all' },
          ],
          random,
        ),
      }
    : {}),
})
