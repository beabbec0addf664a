import type { Instance, Plan } from '../plan/plan.js'
import type { InstanceRecord, RunRecord, SourceRef } from '../store/run-record.js'

/** What became of an instance, for the record. */
export const recordOf = (
  instance: Instance,
  more: Pick<InstanceRecord, 'status'> & Partial<InstanceRecord>,
): InstanceRecord => ({
  instance: instance.id,
  step: instance.step,
  kind: instance.kind,
  config: instance.config,
  // Its config stands beside it as it ran.
  identity: Object.fromEntries(Object.entries(instance.identity).filter(([name]) => name !== 'config')),
  ...(Object.keys(instance.files).length > 0 ? { files: Object.values(instance.files) } : {}),
  inputs: Object.fromEntries(
    Object.entries(instance.inputs).map(([port, edges]) => [port, edges.map(edge => edge.instance)]),
  ),
  ...(instance.about === undefined ? {} : { about: instance.about }),
  ...(Object.keys(instance.axes).length > 0 ? { axes: instance.axes } : {}),
  ...more,
})

const labelsOf = (sweep: NonNullable<Plan['recipe']['sweep']>): Record<string, readonly string[]> =>
  Object.fromEntries(Object.entries(sweep).map(([name, values]) => [name, values.map(({ label }) => label)]))

/** What was asked for, for the record. `only`: what the user limited the run to. */
export const askedOf = (
  { recipe }: Plan,
  sources: readonly SourceRef[],
  only: readonly string[] | undefined,
): RunRecord['asked'] => ({
  recipe: recipe.file,
  recipeDigest: recipe.digest,
  project: recipe.project,
  sources,
  engine: recipe.engine,
  ...(recipe.description === undefined ? {} : { description: recipe.description }),
  params: recipe.params,
  set: recipe.set,
  ...(only ? { only } : {}),
  ...(recipe.sweep ? { sweep: labelsOf(recipe.sweep) } : {}),
})
