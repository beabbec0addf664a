import { parseInstanceName } from '../core/instance-name.js'
import { didYouMean } from '../core/nearest.js'
import type { Path } from '../core/problem.js'
import type { Expression } from '../expression/expression.js'
import type { Gate, Recipe, Step } from '../language/recipe.js'
import { checkDirection, checkTime, isTime } from './accepted-gates.js'
import { benchmarksOf, isBenchmark } from './benchmarks.js'
import { checkConditions, checkNames } from './check-names.js'
import type { Conditioned } from './conditions.js'
import type { Draft } from './expand.js'
import { checkEach, checkOne, say } from './gate-axes.js'
import type { PlannedGate } from './gate-rows.js'
import { canonical } from './canonical.js'
import { catalogue, type Catalogue } from './measured.js'
import { checkName } from './metric-names.js'
import type { Problems } from './placed.js'

/** Metrics whose answers are kept example by example. */
const paired = /^(accuracy|top[A-Z0-9]\w*)$/

/** The words of a model's name in a gate: `["scores", "int8"]`, without the axes of `"int8[sparsity=0.5]"`. */
const wordsOf = (name: string): string[] => {
  const parsed = parseInstanceName(name)
  return parsed && Object.keys(parsed.pins).length > 0 ? [parsed.step] : name.split('.')
}

/** Datasets that the measuring steps of a name read. */
const dataOf = (name: string, { bind }: PlannedGate, drafts: readonly Draft[]): readonly string[] => {
  const whole = bind(name)
  const dot = name.indexOf('.')
  const bound = whole ?? bind(name.slice(0, Math.max(0, dot)))?.measures?.[name.slice(dot + 1)]
  const ids = new Set(bound?.instances.map(({ id }) => id))
  return drafts
    .filter(({ id, about }) => (whole ? about !== undefined && ids.has(about) : ids.has(id)))
    .map(({ spec, inputs }) =>
      JSON.stringify(
        Object.entries(spec.consumes).flatMap(([port, { type }]) =>
          type === 'dataset' ? (inputs[port] ?? []) : [],
        ),
      ),
    )
}

const checkNonInferior = (
  gate: PlannedGate & { form: 'nonInferior' },
  recipe: Recipe,
  all: Catalogue,
  drafts: readonly Draft[],
  problems: Problems,
): void => {
  const { metric, candidate, reference } = gate
  if (gate.alpha >= 0.5)
    say(
      gate,
      ['nonInferior', 'alpha'],
      {
        code: 'gate-alpha',
        message: `alpha is the chance of accepting a model that is too bad: ${gate.alpha} would be a coin toss`,
        hint: '0.05 is usual.',
      },
      problems,
    )
  const isPaired = paired.test(metric)
  if (!isPaired)
    say(
      gate,
      ['nonInferior', 'metric'],
      {
        code: 'gate-not-paired',
        message: `"${metric}" is not judged example by example, so models cannot be compared in pairs`,
        hint: 'Take accuracy or a top-k, or write a check.',
      },
      problems,
    )
  let sound = isPaired
  for (const key of ['candidate', 'reference'] as const) {
    const fault = checkName(
      canonical([...wordsOf(gate[key]), metric], gate.names, recipe).path,
      all,
      gate.names.prefix,
    )
    // Whether a metric that cannot be used is measured does not matter.
    if (!fault || (!isPaired && fault.code !== 'unknown-step')) continue
    sound = false
    say(gate, ['nonInferior', key], fault, problems)
  }
  if (candidate === reference) {
    const message = `"${candidate}" is compared with itself`
    say(gate, ['nonInferior', 'reference'], { code: 'gate-same-step', message }, problems)
  } else if (sound && !all.open) {
    const seen = new Set(dataOf(candidate, gate, drafts))
    const data = dataOf(reference, gate, drafts)
    if (seen.size > 0 && data.length > 0 && !data.some(each => seen.has(each)))
      say(
        gate,
        ['nonInferior', 'reference'],
        {
          code: 'gate-not-paired',
          message: `"${candidate}" and "${reference}" are measured on different data, so their answers form no pairs`,
          hint: 'List both in one evaluate step.',
        },
        problems,
      )
  }
}

const checkFaster = (
  gate: PlannedGate & { form: 'faster' },
  recipe: Recipe,
  drafts: readonly Draft[],
  problems: Problems,
): void => {
  const { candidate, reference } = gate
  const ids = recipe.steps.map(({ id }) => id)
  let sound = true
  for (const key of ['candidate', 'reference'] as const) {
    if (
      ids.includes(canonical([gate[key]], gate.names, recipe).path[0]!) ||
      (gate.bind(gate[key])?.instances.length ?? 0) > 0
    )
      continue
    sound = false
    say(
      gate,
      ['faster', key],
      {
        code: 'unknown-step',
        message: `there is no step "${gate[key]}"`,
        hint: didYouMean(gate[key], ids) ?? `There are: ${ids.join(', ')}.`,
      },
      problems,
    )
  }
  if (candidate === reference && sound) {
    const message = `"${candidate}" is compared with itself`
    say(gate, ['faster', 'reference'], { code: 'gate-same-step', message }, problems)
    return
  }
  const mayBe = recipe.steps.some(({ poisoned, spec, kind }) => poisoned && (!spec || isBenchmark(kind)))
  const meant = new Set([candidate, reference].map(name => canonical([name], gate.names, recipe).path[0]))
  const faulty = recipe.steps.some(({ id, poisoned }) => poisoned && meant.has(id))
  if (!sound || mayBe || faulty) return
  const idOf = (name: string): string => gate.bind(name)?.instances[0]?.id ?? name
  const steps = benchmarksOf([idOf(candidate), idOf(reference)], drafts)
  if (steps.length === 0)
    say(
      gate,
      ['faster', 'candidate'],
      {
        code: 'gate-no-benchmark',
        message: `no benchmark measures "${candidate}" beside "${reference}"`,
        hint: `Add a step {kind: benchmark, models: [${reference}, ${candidate}], …}.`,
      },
      problems,
    )
}

/** Every name of every gate and condition: is there such a step, and will there be such a figure of it? */
export const checkExpressions = (
  recipe: Recipe,
  gates: readonly PlannedGate[],
  drafts: readonly Conditioned[],
  problems: Problems,
): void => {
  const all = catalogue(recipe, drafts)
  checkConditions(recipe, drafts, all, problems)
  for (const gate of recipe.gates) checkEach(gate, recipe, problems)
  const first = new Map([...gates].reverse().map(gate => [gate.at, gate]))
  for (const gate of first.values()) {
    const check = (path: Path, expression: Expression): void =>
      checkNames(
        {
          expression,
          bind: gate.bind,
          locate: stretch => gate.locate(path, stretch),
          axes: axesOf(gate, recipe),
          names: gate.names,
          recipe,
          inGate: gate.each === undefined,
        },
        all,
        problems,
      )
    if (gate.when) check(['when'], gate.when)
    if (gate.form === 'check') check(['check'], gate.check)
    else if (gate.form === 'accepted') {
      if (isTime(gate, recipe, all)) checkTime(gate, recipe, drafts, problems)
      else check(['accepted', 'metric'], gate.metric)
      checkDirection(gate, recipe, all, problems)
    } else if (!checkOne(gate, recipe, problems)) continue
    else if (gate.form === 'nonInferior') checkNonInferior(gate, recipe, all, drafts, problems)
    else checkFaster(gate, recipe, drafts, problems)
  }
}

const axesOf = (gate: Gate, recipe: Recipe): Step['axes'] => ({
  ...gate.rows[0]?.axes,
  ...recipe.steps.find(({ id }) => id === gate.each?.step)?.axes,
})
