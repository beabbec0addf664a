import { instanceName } from '../core/instance-name.js'
import type { Scope } from '../expression/expression.js'
import type { Bind } from '../expression/figures.js'
import { sweepOrigin } from '../language/lattice.js'
import type { Gate, Recipe, Step, Variant } from '../language/recipe.js'
import type { Binder } from './bindings.js'

/** A gate where one combination of axes is judged: what its names mean is settled. */
export type PlannedGate = Gate & { readonly bind: Bind; readonly given: Scope }

type Labels = Readonly<Record<string, string>>

interface GateRow {
  readonly axes: Step['axes']
  readonly labels: Labels
  readonly matrix: Readonly<Record<string, unknown>>
  readonly swept: Readonly<Record<string, unknown>>
}

/** The first words of the names that a gate reads. */
const readBy = (gate: Gate): string[] => {
  const first = (name: string): string => /^[A-Za-z]\w*(?:\/\w+)*/.exec(name)?.[0] ?? name
  const names =
    gate.form === 'check'
      ? gate.check.names.map(({ path }) => path[0]!)
      : [first(gate.candidate), first(gate.reference)]
  return [...names, ...(gate.when?.names.map(({ path }) => path[0]!) ?? [])]
}

const paramsOf = (gate: Gate): string[] =>
  [...(gate.form === 'check' ? gate.check.names : []), ...(gate.when?.names ?? [])].flatMap(({ path }) =>
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

/** The axes that a gate carries: those of `each`, and what the command line sweeps of all that it reads. */
const rowsOf = (gate: Gate, recipe: Recipe, steps: ReadonlyMap<string, Step>): GateRow[] => {
  const each = steps.get(gate.each?.step ?? '')
  const reads = [...readBy(gate), ...(each ? [each.id] : [])]
  const sweeps = new Set(
    [...paramsOf(gate), ...reads.flatMap(name => sweptOf(steps.get(name), steps))].filter(
      name => recipe.sweep && Object.hasOwn(recipe.sweep, name),
    ),
  )
  const axes = {
    ...Object.fromEntries([...sweeps].map(name => [name, sweepOrigin])),
    ...Object.fromEntries(
      Object.entries(each?.axes ?? {}).filter(([axis]) => !Object.hasOwn(gate.each?.pins ?? {}, axis)),
    ),
  }
  const variants = new Map<string, GateRow>()
  for (const { labels, swept } of sweepRows(recipe, [...sweeps]))
    for (const variant of each?.variants ?? [nowhere]) {
      const pinned = Object.entries(gate.each?.pins ?? {}).every(
        ([axis, label]) => variant.labels[axis] === label,
      )
      const agrees = Object.entries(labels).every(
        ([axis, label]) => (variant.labels[axis] ?? label) === label,
      )
      if (!pinned || !agrees) continue
      const own = {
        ...labels,
        ...Object.fromEntries(Object.entries(variant.labels).filter(([axis]) => Object.hasOwn(axes, axis))),
      }
      variants.set(instanceName('', { axes: own }), {
        axes,
        labels: own,
        matrix: variant.matrix,
        swept,
      })
    }
  return [...variants.values()]
}

/** Params swept that a step's model, or what it measures, depends on. `seen`: steps of a circle come by again. */
const sweptOf = (
  step: Step | undefined,
  steps: ReadonlyMap<string, Step>,
  seen = new Set<Step>(),
): string[] => {
  if (!step || seen.has(step)) return []
  seen.add(step)
  const own = Object.keys(step.axes).filter(axis => step.axes[axis] === sweepOrigin)
  const expanded = step.spec?.expands === undefined ? [] : (step.ports[step.spec.expands] ?? [])
  return [...own, ...expanded.flatMap(each => sweptOf(steps.get(each.step), steps, seen))]
}

/** A recipe's gates, one for each combination of the axes that they carry. */
export const planGates = (recipe: Recipe, binder: Binder): PlannedGate[] => {
  const steps = new Map(recipe.steps.map(step => [step.id, step]))
  return recipe.gates.flatMap(gate =>
    rowsOf(gate, recipe, steps).map(({ axes, labels, matrix, swept }): PlannedGate => ({
      ...gate,
      name: instanceName(gate.name, { axes: labels }),
      bind: binder(axes, labels),
      given: { params: { ...recipe.params, ...swept }, matrix },
    })),
  )
}
