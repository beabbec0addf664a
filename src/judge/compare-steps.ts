import type { Metrics } from '../core/artifact.js'
import type { MetricDifference } from './reproduction.js'

/** Metrics that are not what they were, in the order of both. */
export const metricDifferences = (was: Metrics = {}, is: Metrics = {}): MetricDifference[] => {
  const splits = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...splits].flatMap(split => {
    const [before, now] = [was[split] ?? {}, is[split] ?? {}]
    const names = new Set([...Object.keys(before), ...Object.keys(now)])
    return [...names]
      .filter(name => !Object.is(before[name], now[name]))
      .map(name => ({
        split,
        name,
        ...(before[name] === undefined ? {} : { was: before[name] }),
        ...(now[name] === undefined ? {} : { is: now[name] }),
      }))
  })
}
