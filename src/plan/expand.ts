import type { InstanceId } from '../core/brand.js'
import { instanceName } from '../core/instance-name.js'
import { listed } from '../core/listed.js'
import { didYouMean } from '../core/nearest.js'
import { topological } from '../core/order.js'
import { problem } from '../core/problem.js'
import type { Recipe, Reference, Step, Variant } from '../language/recipe.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { Problems } from './placed.js'
import type { Edge } from './plan.js'
import { twinFinder } from './twins.js'

/** An instance by its place in the graph, before anything is known of its files, inputs and key. */
export interface Draft {
  readonly id: InstanceId
  readonly step: Step
  readonly variant: Variant
  readonly spec: AnyStepSpec
  readonly inputs: Readonly<Record<string, readonly Edge[]>>
  readonly needs: readonly InstanceId[]
  /** `int8` in `scores[int8]`. */
  readonly member?: string
  readonly about?: InstanceId
  /** The instance that it is about; absent where its maker has a fault. */
  readonly measured?: Draft
}

/** A step that can be planned. */
interface Sound extends Step {
  readonly spec: AnyStepSpec
}

const isSound = (step: Step): step is Sound => !step.poisoned && step.spec !== undefined

const firstOutput = (step: Step | undefined): string => Object.keys(step?.spec?.produces ?? {})[0] ?? ''

/** What an instance of an expanding step is called by: its member, without the axes that the step carries itself. */
const memberName = (
  { step, output }: Reference,
  found: Draft | undefined,
  common: ReadonlySet<string>,
): string => {
  const labels = Object.entries(found?.variant.labels ?? {}).filter(([axis]) => !common.has(axis))
  const name = instanceName(step, {
    ...(found?.member === undefined ? {} : { member: found.member }),
    axes: Object.fromEntries(labels),
  })
  return output === undefined ? name : `${name}.${output}`
}

/**
 * Steps → instances with their edges, in topological order (ties in the recipe's): one for each combination of a
 * step's axes, fed by its twins. Poisoned steps have none; an edge to one keeps the step's id, so that what hangs on
 * it can be told apart and gives no echo.
 */
export const expand = (recipe: Recipe, problems: Problems): readonly Draft[] => {
  const steps = new Map(recipe.steps.map(step => [step.id, step]))
  const made = new Map<string, readonly Draft[]>()
  const twins = twinFinder(made)

  const edgesOf = (reference: Reference, step: Step, variant: Variant): { edge: Edge; draft?: Draft }[] => {
    const output = reference.output ?? firstOutput(steps.get(reference.step))
    if (!made.has(reference.step)) return [{ edge: { instance: reference.step, output } }]
    return twins(reference, step.axes, variant.labels).map(draft => ({
      edge: { instance: draft.id, output },
      draft,
    }))
  }

  const single = (step: Step, port: string, reference: Reference, variant: Variant): readonly Edge[] => {
    const edges = edgesOf(reference, step, variant).map(({ edge }) => edge)
    if (edges.length === 1) return edges
    // That there is none of that name was told. Named as a step, so that what is asked of it later gives no echo.
    if (edges.length === 0)
      return [
        { instance: reference.step, output: reference.output ?? firstOutput(steps.get(reference.step)) },
      ]
    const names = edges.map(({ instance }) => instance)
    problems.add(
      problem(
        'several-instances',
        `${step.id}.${port} takes one, and "${reference.step}" has ${edges.length} instances: ${listed(names)}`,
        { at: reference.at, hint: `Name one of them: "${names[0]}".` },
      ),
    )
    return edges.slice(0, 1)
  }

  const draftsOf = (step: Sound, variant: Variant): readonly Draft[] => {
    const { spec } = step
    const { expands } = spec
    const inputs = Object.fromEntries(
      Object.entries(step.ports)
        .filter(([port]) => port !== expands)
        .map(([port, references]) => [
          port,
          references.flatMap(reference =>
            spec.consumes[port]?.list
              ? edgesOf(reference, step, variant).map(({ edge }) => edge)
              : single(step, port, reference, variant),
          ),
        ]),
    )
    const needs = [
      ...new Set(step.needs.flatMap(each => edgesOf(each, step, variant).map(({ edge }) => edge.instance))),
    ]
    const axes = variant.labels
    const base = { step, variant, spec, needs }
    if (expands === undefined) return [{ id: instanceName(step.id, { axes }), inputs, ...base }]
    return (step.ports[expands] ?? []).flatMap(reference => {
      const target = steps.get(reference.step)
      const common = new Set(
        Object.keys(axes).filter(axis => target && target.axes[axis] === step.axes[axis]),
      )
      return edgesOf(reference, step, variant).map(({ edge, draft }): Draft => {
        const member = memberName(reference, draft, common)
        return {
          id: instanceName(step.id, { member, axes }),
          inputs: { [expands]: [edge], ...inputs },
          ...base,
          member,
          about: edge.instance,
          ...(draft ? { measured: draft } : {}),
        }
      })
    })
  }

  /** Tells of members that are not there; pins were checked when the recipe was read. */
  const checkMembers = ({ ports, needs }: Sound): void => {
    for (const reference of [...Object.values(ports).flat(), ...needs]) {
      const own = made.get(reference.step)
      if (reference.member === undefined || !own || twins(reference, {}, {}).length > 0) continue
      const members = [...new Set(own.flatMap(({ member }) => member ?? []))]
      const hint =
        members.length === 0
          ? own.length > 1
            ? `There are: ${listed(own.map(({ id }) => id))}.`
            : `Write ${reference.step} without it.`
          : (didYouMean(reference.member, members) ?? `There are: ${listed(members)}.`)
      const message = `step "${reference.step}" has no instance of "${reference.member}"`
      problems.add(problem('unknown-instance', message, { at: reference.at, hint }))
    }
  }

  const ordered = topological(
    recipe.steps.filter(isSound).map(step => ({
      id: step.id,
      after: [...Object.values(step.ports).flat(), ...step.needs].map(each => each.step),
      step,
    })),
  )
  for (const { id, step } of ordered) {
    checkMembers(step)
    made.set(
      id,
      step.variants.flatMap(variant => draftsOf(step, variant)),
    )
  }
  return ordered.flatMap(({ id }) => made.get(id)!)
}
