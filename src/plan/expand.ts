import type { InstanceId } from '../core/brand.js'
import { problem } from '../core/problem.js'
import type { Recipe, Reference, Step } from '../language/recipe.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { instanceName } from './instance-name.js'
import { topological } from './order.js'
import type { Problems } from './placed.js'
import type { Edge } from './plan.js'

/** An instance by its place in the graph, before anything is known of its files, inputs and key. */
export interface Draft {
  readonly id: InstanceId
  readonly step: Step
  readonly spec: AnyStepSpec
  readonly inputs: Readonly<Record<string, readonly Edge[]>>
  readonly needs: readonly InstanceId[]
  readonly about?: InstanceId
}

/** A step that can be planned. */
interface Sound extends Step {
  readonly spec: AnyStepSpec
}

const isSound = (step: Step): step is Sound => !step.poisoned && step.spec !== undefined

const firstOutput = (step: Step | undefined): string => Object.keys(step?.spec?.produces ?? {})[0] ?? ''

const nameOf = ({ step, output }: Reference): string => (output === undefined ? step : `${step}.${output}`)

/**
 * Steps → instances with their edges, in topological order (ties in the recipe's). Poisoned steps have none; an
 * edge to one keeps the step's id, so that what hangs on it can be told apart and gives no echo.
 */
export const expand = (recipe: Recipe, problems: Problems): readonly Draft[] => {
  const steps = new Map(recipe.steps.map(step => [step.id, step]))
  const made = new Map<string, readonly Draft[]>()

  /** Ids of a step's instances. */
  const idsOf = (step: string): readonly InstanceId[] => made.get(step)?.map(({ id }) => id) ?? [step]

  const edgesOf = (reference: Reference): readonly Edge[] =>
    idsOf(reference.step).map(instance => ({
      instance,
      output: reference.output ?? firstOutput(steps.get(reference.step)),
    }))

  const single = (step: Step, port: string, reference: Reference): readonly Edge[] => {
    const edges = edgesOf(reference)
    if (edges.length > 1)
      problems.add(
        problem(
          'several-instances',
          `${step.id}.${port} takes one, and "${reference.step}" has ${edges.length} instances: ${idsOf(reference.step).join(', ')}`,
          { at: reference.at },
        ),
      )
    return edges
  }

  const draftsOf = (step: Sound): readonly Draft[] => {
    const { spec } = step
    const inputs = Object.fromEntries(
      Object.entries(step.ports).map(([port, references]) => [
        port,
        spec.consumes[port]?.list
          ? references.flatMap(edgesOf)
          : references.flatMap(reference => single(step, port, reference)),
      ]),
    )
    const needs = [...new Set(step.needs.flatMap(({ step: id }) => idsOf(id)))]
    const { expands } = spec
    if (expands === undefined) return [{ id: instanceName(step.id), step, spec, inputs, needs }]
    return (step.ports[expands] ?? []).flatMap(reference =>
      edgesOf(reference).map(edge => {
        const several = idsOf(reference.step).length > 1
        return {
          id: instanceName(step.id, { member: several ? edge.instance : nameOf(reference) }),
          step,
          spec,
          inputs: { ...inputs, [expands]: [edge] },
          needs,
          about: edge.instance,
        }
      }),
    )
  }

  const ordered = topological(
    recipe.steps.filter(isSound).map(step => ({
      id: step.id,
      after: [...Object.values(step.ports).flat(), ...step.needs].map(each => each.step),
      step,
    })),
  )
  for (const { id, step } of ordered) made.set(id, draftsOf(step))
  return ordered.flatMap(({ id }) => made.get(id)!)
}
