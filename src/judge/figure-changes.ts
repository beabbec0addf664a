import type { InstanceId } from '../core/brand.js'
import type { ClassScores } from '../core/class-scores.js'
import { directionOf } from '../core/metric-direction.js'
import type { ComparedInstance, ComparedSide } from './compared-side.js'
import type { ClassChange, FigureChange } from './run-difference.js'

/** Two instances of one name, one of each side. */
export type Pair = readonly [was: ComparedInstance, is: ComparedInstance]

/** The instances that both sides have, in the order of the second. A time of another machine is no partner. */
export const pairsOf = (a: ComparedSide, b: ComparedSide): readonly Pair[] => {
  const nameOf = ({ instance, machine }: ComparedInstance): string => JSON.stringify([instance, machine])
  const before = new Map(a.instances.map(each => [nameOf(each), each]))
  return b.instances.flatMap((is): Pair[] => {
    const was = before.get(nameOf(is))
    return was ? [[was, is]] : []
  })
}

/** Names by which people know what figures are about: the model, or the instance where several measure that model. */
export const subjectsOf = (pairs: readonly Pair[]): ((pair: Pair) => string) => {
  const measuring = new Map<InstanceId, number>()
  const aboutOf = ([was, is]: Pair): InstanceId | undefined => is.about ?? was.about
  for (const pair of pairs) {
    const about = aboutOf(pair)
    if (about !== undefined) measuring.set(about, (measuring.get(about) ?? 0) + 1)
  }
  return pair => {
    const about = aboutOf(pair)
    return about === undefined || measuring.get(about)! > 1 ? pair[1].instance : about
  }
}

const change = (
  of: string,
  metric: string,
  was: number | undefined,
  is: number | undefined,
  split?: string,
): readonly FigureChange[] => {
  if (Object.is(was, is)) return []
  const apart = was === undefined || is === undefined ? undefined : is - was
  const direction = directionOf(metric)
  return [
    {
      of,
      ...(split === undefined ? {} : { split }),
      metric,
      ...(was === undefined ? {} : { was }),
      ...(is === undefined ? {} : { is }),
      ...(apart === undefined ? {} : { change: apart }),
      ...(apart === undefined || direction === undefined
        ? {}
        : { better: direction === 'higher' ? apart > 0 : apart < 0 }),
    },
  ]
}

const names = (...maps: readonly (object | undefined)[]): string[] => [
  ...new Set(maps.flatMap(map => Object.keys(map ?? {}))),
]

/** Metrics that were measured on data, of every pair. */
export const metricChanges = (pairs: readonly Pair[]): readonly FigureChange[] => {
  const subject = subjectsOf(pairs)
  return pairs.flatMap(pair => {
    const [was, is] = pair
    return names(was.metrics, is.metrics)
      .filter(split => split !== 'model')
      .flatMap(split =>
        names(was.metrics[split], is.metrics[split]).flatMap(metric =>
          change(subject(pair), metric, was.metrics[split]?.[metric], is.metrics[split]?.[metric], split),
        ),
      )
  })
}

/** Facts of models; one that several steps tell of the same model is told once. */
export const sizeChanges = (pairs: readonly Pair[]): readonly FigureChange[] => {
  const found = new Map<string, FigureChange>()
  for (const [was, is] of pairs) {
    const of = is.about ?? was.about ?? is.instance
    const [before, now] = [was.metrics['model'], is.metrics['model']]
    for (const metric of names(before, now)) {
      const told = `${of} ${metric}`
      for (const each of change(of, metric, before?.[metric], now?.[metric]))
        if (!found.has(told)) found.set(told, each)
    }
  }
  return [...found.values()]
}

/** Latencies in milliseconds and their ratios to the reference's. Two measurements say nothing of better: a gate does. */
export const timeChanges = (pairs: readonly Pair[]): readonly FigureChange[] =>
  pairs.flatMap(([was, is]) =>
    names(was.latency, is.latency).flatMap(model => {
      const [before, now] = [was.latency?.[model], is.latency?.[model]]
      return [
        ...change(model, 'p50', before?.p50, now?.p50),
        ...change(model, 'p95', before?.p95, now?.p95),
        ...change(model, 'ratio', before?.ratio, now?.ratio),
      ]
    }),
  )

/** Seconds that steps took where both ran them. */
export const durationChanges = (pairs: readonly Pair[]): readonly FigureChange[] =>
  pairs.flatMap(([was, is]) =>
    was.seconds === undefined || is.seconds === undefined || was.key === is.key
      ? []
      : change(is.instance, 'seconds', was.seconds, is.seconds),
  )

const classesOf = ({ outputs }: ComparedInstance, split: string): readonly ClassScores[] => {
  for (const { meta } of Object.values(outputs)) {
    const splits = meta?.['splits'] as
      Readonly<Record<string, { readonly perClass?: readonly ClassScores[] }>> | undefined
    const found = splits?.[split]?.perClass
    if (Array.isArray(found)) return found as readonly ClassScores[]
  }
  return []
}

/** Per-class figures of evaluated models that are others. */
export const classChanges = (pairs: readonly Pair[]): readonly ClassChange[] => {
  const subject = subjectsOf(pairs)
  return pairs.flatMap(pair =>
    ['test', 'validation'].flatMap(split => {
      const before = new Map(classesOf(pair[0], split).map(each => [each.name, each]))
      return classesOf(pair[1], split).flatMap((is): ClassChange[] => {
        const was = before.get(is.name)
        const figures = was
          ? (['recall', 'precision', 'f1'] as const).flatMap(metric =>
              change(subject(pair), metric, was[metric], is[metric], split),
            )
          : []
        return figures.length > 0
          ? [{ of: subject(pair), split, name: is.name, support: is.support, figures }]
          : []
      })
    }),
  )
}
