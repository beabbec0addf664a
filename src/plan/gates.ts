import { didYouMean } from '../core/nearest.js'
import type { Path } from '../core/problem.js'
import { problem } from '../core/problem.js'
import type { Expression, Name } from '../expression/expression.js'
import type { Gate, Recipe } from '../language/recipe.js'
import type { Draft } from './expand.js'
import { catalogue, type Catalogue } from './measured.js'
import { checkName, type NameFault } from './metric-names.js'
import type { Problems } from './placed.js'

/** Where a segment of a dotted name stands in its text. */
const stretchOf = (text: string, start: number, path: readonly string[], segment: number) => {
  let from = start
  for (const [at, word] of path.entries()) {
    from = text.indexOf(word, from)
    if (at === segment || at === path.length - 1) return { start: from, end: from + word.length }
    from += word.length
  }
  return { start, end: start }
}

const checkExpression = (
  gate: Gate,
  key: 'check' | 'when',
  { text, names }: Expression,
  all: Catalogue,
  problems: Problems,
): void => {
  const said = new Set<string>()
  for (const { path, start } of names as readonly Name[]) {
    const fault = checkName(path, all)
    // A name that stands twice in an expression is one mistake.
    if (!fault || said.has(path.join('.'))) continue
    said.add(path.join('.'))
    const { segment, code, message, ...hint } = fault
    const at = gate.locate([key], stretchOf(text, start, path, segment))
    problems.add(problem(code, message, { at, ...hint }))
  }
}

/** Metrics whose answers are kept example by example. */
const paired = /^(accuracy|top[A-Z0-9]\w*)$/

const say = (gate: Gate, path: Path, fault: Omit<NameFault, 'segment'>, problems: Problems): void => {
  const { code, message, hint } = fault
  problems.add(problem(code, message, { at: gate.locate(path), ...(hint === undefined ? {} : { hint }) }))
}

/** Datasets that the measuring steps of a name read. */
const dataOf = (name: string, all: Catalogue, drafts: readonly Draft[]): readonly string[] => {
  const [first, member] = name.split('.') as [string, string?]
  const measures = all.steps.get(first)?.members.size ?? 0
  return drafts
    .filter(({ step, about }) =>
      measures > 0 ? step.id === first && about === member : about === first && about !== undefined,
    )
    .map(({ spec, inputs }) =>
      JSON.stringify(
        Object.entries(spec.consumes).flatMap(([port, { type }]) =>
          type === 'dataset' ? (inputs[port] ?? []) : [],
        ),
      ),
    )
}

const checkNonInferior = (
  gate: Gate & { form: 'nonInferior' },
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
    const fault = checkName([...gate[key].split('.'), metric], all)
    // Whether a metric that cannot be used is measured does not matter.
    if (!fault || (!isPaired && fault.code !== 'unknown-step')) continue
    sound = false
    say(gate, ['nonInferior', key], fault, problems)
  }
  if (candidate === reference) {
    const message = `"${candidate}" is compared with itself`
    say(gate, ['nonInferior', 'reference'], { code: 'gate-same-step', message }, problems)
  } else if (sound && !all.open) {
    const seen = new Set(dataOf(candidate, all, drafts))
    const data = dataOf(reference, all, drafts)
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

const isBenchmark = (kind: string): boolean => kind === 'benchmark'

const checkFaster = (
  gate: Gate & { form: 'faster' },
  recipe: Recipe,
  drafts: readonly Draft[],
  problems: Problems,
): void => {
  const { candidate, reference } = gate
  const ids = recipe.steps.map(({ id }) => id)
  let sound = true
  for (const key of ['candidate', 'reference'] as const) {
    if (ids.includes(gate[key])) continue
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
  const faulty = recipe.steps.some(({ id, poisoned }) => poisoned && (id === candidate || id === reference))
  if (!sound || mayBe || faulty) return
  const both = drafts.filter(({ step, inputs }) => {
    if (!isBenchmark(step.kind)) return false
    const from = new Set(Object.values(inputs).flatMap(edges => edges.map(({ instance }) => instance)))
    return from.has(candidate) && from.has(reference)
  })
  const steps = [...new Set(both.map(({ step }) => step.id))]
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

/** Every name of every gate: is there such a step, and will there be such a figure of it? */
export const checkGates = (recipe: Recipe, drafts: readonly Draft[], problems: Problems): void => {
  const all = catalogue(recipe, drafts)
  for (const gate of recipe.gates) {
    if (gate.when) checkExpression(gate, 'when', gate.when, all, problems)
    if (gate.form === 'check') checkExpression(gate, 'check', gate.check, all, problems)
    else if (gate.form === 'nonInferior') checkNonInferior(gate, all, drafts, problems)
    else checkFaster(gate, recipe, drafts, problems)
  }
}
