import { instanceName } from '../core/instance-name.js'
import type { Expression, Scope } from '../expression/expression.js'
import type { Bind } from '../expression/scope.js'
import { sweepOrigin } from '../language/lattice.js'
import type { Gate, GateRow, Recipe, Step, Variant } from '../language/recipe.js'
import type { Binder } from './bindings.js'

/** A gate where one combination of axes is judged: what its names mean is settled. */
export type PlannedGate = Gate & { readonly bind: Bind; readonly given: Scope }

type Labels = Readonly<Record<string, string>>

/** The expression that a gate judges; undefined of the forms that compare two models. */
const expressionOf = (gate: Gate): Expression | undefined =>
  gate.form === 'check' ? gate.check : gate.form === 'accepted' ? gate.metric : undefined

/** The first words of the names that a gate reads. */
const readBy = (gate: Gate): string[] => {
  const first = (name: string): string => /^[A-Za-z]\w*(?:\/\w+)*/.exec(name)?.[0] ?? name
  const read = expressionOf(gate)
  const names = read
    ? read.names.map(({ path }) => path[0]!)
    : gate.form === 'nonInferior' || gate.form === 'faster'
      ? [first(gate.candidate), first(gate.reference)]
      : []
  return [...names, ...(gate.when?.names.map(({ path }) => path[0]!) ?? [])]
}

const paramsOf = (gate: Gate): string[] =>
  [...(expressionOf(gate)?.names ?? []), ...(gate.when?.names ?? [])].flatMap(({ path }) =>
    path[0] === 'params' && path[1] !== undefined ? [path[1]] : [],
  )

/** Every combination of the values that the command line gives to these params. */
const sweepRows = (
  recipe: Recipe,
  params: readonly string[],
): { readonly labels: Labels; readonly swept: Record<string, unknown> }[] =>
  params.reduce<{ labels: Record<string, string>; swept: Record<string, unknown> }[]>(
    (rows, name) =>
      rows.flatMap(({ labels, swept }) =>
        (recipe.sweep?.[name] ?? []).map(({ label, value }) => ({
          labels: { ...labels, [name]: label },
          swept: { ...swept, [name]: value },
        })),
      ),
    [{ labels: {}, swept: {} }],
  )

const nowhere: Pick<Variant, 'labels' | 'matrix'> = { labels: {}, matrix: {} }

/** The full id that a gate's name begins with. */
const fullId = ({ names }: Gate, recipe: Recipe, name: string): string => {
  const id = names.inputs.get(name)?.step ?? `${names.prefix}${name}`
  return Object.values(recipe.pipelines.get(id) ?? {})[0]?.step ?? id
}

/** The axes that a gate carries: those of `each` and of the pipeline around it, and what the command line sweeps of all that it reads. */
const rowsOf = (gate: Gate, recipe: Recipe, steps: ReadonlyMap<string, Step>): GateRow[] => {
  const each = steps.get(gate.each?.step ?? '')
  const pins = gate.each?.pins ?? {}
  const reads = [...readBy(gate).map(name => fullId(gate, recipe, name)), ...(each ? [each.id] : [])]
  const sweeps = new Set(
    [
      ...(gate.names.prefix === '' ? paramsOf(gate) : []),
      ...reads.flatMap(name => sweptOf(steps.get(name), steps)),
    ].filter(name => recipe.sweep && Object.hasOwn(recipe.sweep, name)),
  )
  const variants = new Map<string, GateRow>()
  for (const row of gate.rows) {
    const axes = {
      ...row.axes,
      ...Object.fromEntries([...sweeps].map(name => [name, sweepOrigin])),
      ...each?.axes,
    }
    for (const { labels, swept } of sweepRows(recipe, [...sweeps]))
      for (const variant of each?.variants ?? [nowhere]) {
        const isPinned = Object.entries(pins).every(([axis, label]) => variant.labels[axis] === label)
        const fixed = { ...row.labels, ...labels }
        const agrees = Object.entries(fixed).every(
          ([axis, label]) => (variant.labels[axis] ?? label) === label,
        )
        const sameSweep = Object.entries(labels).every(
          ([axis, label]) => (row.labels[axis] ?? label) === label,
        )
        if (!isPinned || !agrees || !sameSweep) continue
        const own = { ...fixed, ...variant.labels }
        variants.set(instanceName('', { axes: own }), {
          axes,
          labels: own,
          matrix: { ...row.matrix, ...variant.matrix },
          params: gate.names.prefix === '' ? { ...row.params, ...swept } : row.params,
        })
      }
  }
  return [...variants.values()]
}

/** Params swept that a step's model, or what it measures, depends on. */
const sweptOf = (step: Step | undefined, steps: ReadonlyMap<string, Step>): string[] => {
  // Steps of a circle would never end.
  if (!step || step.poisoned) return []
  const own = Object.keys(step.axes).filter(axis => step.axes[axis] === sweepOrigin)
  const expanded = step.spec?.expands === undefined ? [] : (step.ports[step.spec.expands] ?? [])
  return [...own, ...expanded.flatMap(each => sweptOf(steps.get(each.step), steps))]
}

/** A recipe's gates, one for each combination of the axes that they carry. */
export const planGates = (recipe: Recipe, binder: Binder): PlannedGate[] => {
  const steps = new Map(recipe.steps.map(step => [step.id, step]))
  return recipe.gates.flatMap(gate =>
    rowsOf(gate, recipe, steps).map(({ axes, labels, matrix, params }): PlannedGate => ({
      ...gate,
      name: instanceName(gate.name, { axes: labels }),
      bind: binder(axes, labels, gate.names).bind,
      given: { params, matrix },
    })),
  )
}
