import { didYouMean } from '../core/nearest.js'
import { nearestMeasures } from '../expression/figures.js'
import { splitNames } from '../sources/description.js'
import { isSplit, modelFacts, type Catalogue, type Measured } from './measured.js'

/** What is wrong with a dotted name, and with which of its segments. */
export interface NameFault {
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** Index of the segment. */
  readonly segment: number
}

const timeLike = /time|latenc|speed|second|duration|throughput|^(ms|p50|p95|fps|median)$/i

const list = (words: Iterable<string>): string => [...words].join(', ')

const modelsOf = (evaluator: string, id: string): string => `Add "${id}" to the models of "${evaluator}".`

/** The steps that measure models, for hints. */
const evaluators = ({ steps }: Catalogue): string[] =>
  [...steps.values()].filter(({ members }) => members.size > 0).map(({ step }) => step.id)

const unknownMetric = (
  { step, own, by }: Measured,
  metric: string,
  segment: number,
  all: Catalogue,
): NameFault => {
  const known = [...own, ...by.keys()]
  const near = didYouMean(metric, known)
  if (timeLike.test(metric) && near === undefined)
    return {
      code: 'gate-measured-time',
      message: `"${metric}" would be a measured time, and those differ from run to run: a check cannot judge them`,
      hint: 'Use a gate of the form `faster`, which reads a benchmark.',
      segment,
    }
  if (!own.has('parameters'))
    return {
      code: 'gate-unmeasured',
      message: `step "${step.id}" (${step.kind}) makes no model, so it has no "${metric}"`,
      ...(known.length > 0 ? { hint: near ?? `It has: ${list(known)}.` } : {}),
      segment,
    }
  const measuring = evaluators(all)
  const elsewhere = all.metrics.has(metric)
  if (near !== undefined && !elsewhere)
    return { code: 'unknown-metric', message: `"${step.id}" has no metric "${metric}"`, hint: near, segment }
  if (by.size > 0 && !elsewhere) {
    const hint = `It has: ${list(known)}.`
    return { code: 'unknown-metric', message: `"${step.id}" has no metric "${metric}"`, hint, segment }
  }
  return {
    code: 'gate-unmeasured',
    message: `no step measures the ${metric} of "${step.id}"`,
    hint:
      measuring.length > 0
        ? modelsOf(measuring[0]!, step.id)
        : `Add a step {kind: evaluate, models: [${step.id}], data: …}, or judge ${list(modelFacts)}.`,
    segment,
  }
}

/** `scores.int8.accuracy`: the fault in what follows `scores`. */
const checkLong = (
  { step, members }: Measured,
  rest: readonly string[],
  all: Catalogue,
): NameFault | undefined => {
  const [member, ...more] = rest
  const example = [...members.keys()][0]!
  const metric = [...(members.get(example) ?? [])][0] ?? 'accuracy'
  if (member === undefined || !members.has(member)) {
    const isStep = member !== undefined && all.steps.has(member)
    return {
      code: isStep ? 'gate-unmeasured' : 'unknown-metric',
      message:
        member === undefined
          ? `"${step.id}" measures ${members.size === 1 ? 'a model' : 'several models'}: name one, and a metric`
          : `"${step.id}" measures no "${member}"`,
      hint:
        (isStep ? modelsOf(step.id, member) : undefined) ??
        (member === undefined ? undefined : didYouMean(member, members.keys())) ??
        `Write ${step.id}.${example}.${metric}.`,
      segment: member === undefined ? 0 : 1,
    }
  }
  const split = more[0] !== undefined && isSplit(more[0])
  const name = more[split ? 1 : 0]
  const known = members.get(member)!
  const at = split ? 3 : 2
  if (name === undefined)
    return {
      code: 'gate-metric-missing',
      message: 'a metric is missing',
      hint: `There are: ${list(known)}.`,
      segment: at - 1,
    }
  if (more.length > (split ? 2 : 1)) return tooLong(at + 1)
  if (known.has(name)) return undefined
  return {
    code: 'unknown-metric',
    message: `"${step.id}" does not measure "${name}"`,
    hint: didYouMean(name, known) ?? `It measures: ${list(known)}.`,
    segment: at,
  }
}

const tooLong = (segment: number): NameFault => ({
  code: 'unknown-metric',
  message: 'a metric is a number: it has no parts',
  hint: 'Write `step.metric`, `step.split.metric` or `evaluation.step.metric`.',
  segment,
})

/** What is wrong with a name inside a gate; undefined where it has, or will have, a value. */
export const checkName = (path: readonly string[], all: Catalogue, frame = ''): NameFault | undefined => {
  const [first, ...rest] = path as readonly [string, ...string[]]
  const found = all.steps.get(first)
  if (!found) {
    const hint = didYouMean(first, all.steps.keys()) ?? `There are: ${list(all.steps.keys())}.`
    return { code: 'unknown-step', message: `there is no step "${first}"`, hint, segment: 0 }
  }
  if (found.step.poisoned) return undefined
  if (found.members.size > 0) return checkLong(found, rest, all)
  const split = rest[0] !== undefined && isSplit(rest[0])
  const metric = rest[split ? 1 : 0]
  if (metric === undefined) {
    const known = [...found.own, ...found.by.keys()]
    return {
      code: 'gate-metric-missing',
      message: `"${path.join('.')}" is no number: name a metric of it`,
      ...(known.length > 0 ? { hint: `There are: ${list(known)}.` } : {}),
      segment: split ? 1 : 0,
    }
  }
  const known = found.own.has(metric) || found.by.has(metric)
  if (rest.length === 2 && !split && !known)
    return {
      code: 'unknown-split',
      message: `"${metric}" is neither a metric of "${first}" nor a split`,
      hint: didYouMean(metric, splitNames) ?? `Splits are: ${list(splitNames)}.`,
      segment: 1,
    }
  if (rest.length > (split ? 2 : 1)) return tooLong(split ? 3 : 2)
  const isFact = (modelFacts as readonly string[]).includes(metric)
  if (found.own.has(metric) && !(split && isFact)) return undefined
  const by = nearestMeasures(found.by.get(metric) ?? [], step => step, frame, first)
  const again = by.find(each => found.repeated.has(each))
  if (by.length === 1 && again !== undefined)
    return {
      code: 'gate-ambiguous',
      message: `the ${metric} of "${first}" is measured by several instances of "${again}"`,
      hint: `Write ${again}.${path.join('.')}, and in a gate \`each: ${again}\` beside it.`,
      segment: 0,
    }
  if (by.length === 1 || (by.length === 0 && all.open)) return undefined
  if (by.length > 1)
    return {
      code: 'gate-ambiguous',
      message: `the ${metric} of "${first}" is measured by ${by.join(' and ')}`,
      hint: `Say which: ${by.map(each => `${each}.${path.join('.')}`).join(' or ')}.`,
      segment: 0,
    }
  if (found.own.has(metric))
    return {
      code: 'unknown-metric',
      message: `"${metric}" belongs to the model itself: it is the same on every split`,
      hint: `Write ${first}.${metric}.`,
      segment: 1,
    }
  return unknownMetric(found, metric, split ? 2 : 1, all)
}
