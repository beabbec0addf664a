import type { InstanceId } from '../core/brand.js'
import type { Draft } from './expand.js'

export const isBenchmark = (kind: string): boolean => kind === 'benchmark'

/** The benchmark steps that time all of these models. */
export const benchmarksOf = (models: readonly InstanceId[], drafts: readonly Draft[]): readonly string[] => {
  const timing = drafts.filter(({ step, inputs }) => {
    if (!isBenchmark(step.kind)) return false
    const from = new Set(Object.values(inputs).flatMap(edges => edges.map(({ instance }) => instance)))
    return models.every(model => from.has(model))
  })
  return [...new Set(timing.map(({ step }) => step.id))]
}
