import { directionOf } from '../core/metric-direction.js'
import { didYouMean } from '../core/nearest.js'
import type { Recipe } from '../language/recipe.js'
import { benchmarksOf, isBenchmark } from './benchmarks.js'
import { canonical } from './canonical.js'
import type { Draft } from './expand.js'
import { say } from './gate-axes.js'
import type { PlannedGate } from './gate-rows.js'
import type { Catalogue } from './measured.js'
import { checkName } from './metric-names.js'
import type { Problems } from './placed.js'

type Accepted = PlannedGate & { form: 'accepted' }

const place = ['accepted', 'metric'] as const
const pathOf = ({ metric }: Accepted): readonly string[] => metric.names[0]!.path

/** Is it a time, which a benchmark measures (`int8.latency`), and no metric of that name? */
export const isTime = (gate: Accepted, recipe: Recipe, all: Catalogue): boolean => {
  const path = pathOf(gate)
  const written = canonical(path, gate.names, recipe)
  return path.at(-1) === 'latency' && checkName(written.path, all, gate.names.prefix) !== undefined
}

/** Of `int8.latency` or `speed.int8.latency`: is there the model, and one benchmark that times it? */
export const checkTime = (
  gate: Accepted,
  recipe: Recipe,
  drafts: readonly Draft[],
  problems: Problems,
): void => {
  const words = pathOf(gate).slice(0, -1)
  const [model = '', more] = words.toReversed()
  const bound = gate.bind(model)
  const ids = recipe.steps.map(({ id }) => id)
  const step = recipe.steps.find(({ id }) => id === canonical([model], gate.names, recipe).path[0])
  const id = bound?.instances[0]?.id ?? model
  if (!bound && !step)
    return say(
      gate,
      place,
      {
        code: 'unknown-step',
        message: `there is no step "${model}"`,
        hint: didYouMean(model, ids) ?? `There are: ${ids.join(', ')}.`,
      },
      problems,
    )
  if (bound?.list)
    return say(
      gate,
      place,
      {
        code: 'gate-list',
        message: `"${model}" has ${bound.instances.length} instances here, and a baseline is kept of one`,
        hint: `Give the gate \`each: ${model}\`.`,
      },
      problems,
    )
  // A faulty step was told, and might be the benchmark.
  if (
    step?.poisoned ||
    recipe.steps.some(({ poisoned, spec, kind }) => poisoned && (!spec || isBenchmark(kind)))
  )
    return undefined
  const timing = benchmarksOf([id], drafts)
  const meant = more === undefined ? timing : timing.filter(each => each === `${gate.names.prefix}${more}`)
  if (meant.length === 0)
    return say(
      gate,
      place,
      {
        code: 'gate-no-benchmark',
        message:
          more === undefined
            ? `no benchmark times "${model}"`
            : `"${more}" is no benchmark that times "${model}"`,
        hint: `Add a step {kind: benchmark, models: [${model}], reference: …}.`,
      },
      problems,
    )
  if (meant.length > 1)
    say(
      gate,
      place,
      {
        code: 'gate-ambiguous',
        message: `the latency of "${model}" is measured by ${meant.join(' and ')}`,
        hint: `Say which: ${meant.map(each => `${each}.${model}.latency`).join(' or ')}.`,
      },
      problems,
    )
}

/** Is it known which values are better? */
export const checkDirection = (gate: Accepted, recipe: Recipe, all: Catalogue, problems: Problems): void => {
  const metric = pathOf(gate).at(-1)!
  const written = canonical(pathOf(gate), gate.names, recipe)
  const isWrong = checkName(written.path, all, gate.names.prefix) !== undefined
  if (!isWrong && gate.better === undefined && directionOf(metric) === undefined)
    say(
      gate,
      place,
      {
        code: 'gate-direction',
        message: `it is not known whether higher or lower values of "${metric}" are better`,
        hint: 'Say it in the gate: `better: higher` or `better: lower`.',
      },
      problems,
    )
}
