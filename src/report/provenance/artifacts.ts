import type { InstanceRecord, RunRecord } from '../../store/run-record.js'
import { formalParameter, layArtifact, madeIn, ref, type Entity, type Laid } from './entities.js'
import type { Names } from './names.js'

/** Every artifact of a run as its crate has it. */
export interface Artifacts {
  readonly all: readonly Laid[]
  of(instance: string): readonly Laid[]
  named(instance: string, output: string): Laid | undefined
  /** What the recipe gives: its models, as formal parameters. */
  readonly results: readonly Entity[]
}

/** For formal parameters. */
export const examplesOf = (list: readonly Laid[]) =>
  list.map(({ entity, type }) => ({ ref: ref(entity['@id']), type }))

const outputsOf = ({ output }: InstanceRecord) => Object.entries(output?.outputs ?? {})

/** Each artifact is an example of what its kind gives, of what others take, and, if it is a model, of what the recipe gives. */
export const layArtifacts = (
  record: RunRecord,
  names: Names,
  objects: 'all' | 'models' | 'none',
): Artifacts => {
  const made = madeIn(record)
  const takers = new Map<string, Set<string>>()
  for (const { kind, inputs, status } of record.instances)
    if (status !== 'skipped')
      for (const [port, ids] of Object.entries(inputs))
        for (const id of ids) takers.set(id, (takers.get(id) ?? new Set()).add(names.input(kind, port)))
  const laid = new Map<string, Map<string, Laid>>()
  for (const each of made)
    for (const [name, artifact] of outputsOf(each)) {
      const isModel = artifact.type === 'model'
      const roles = new Set([names.output(each.kind, name), ...(takers.get(each.instance) ?? [])])
      if (isModel) roles.add(names.result(each.instance, name))
      const included = objects === 'all' || (objects === 'models' && isModel)
      const own = laid.get(each.instance) ?? new Map<string, Laid>()
      laid.set(each.instance, own.set(name, layArtifact(each, name, artifact, included, [...roles])))
    }
  return {
    all: [...laid.values()].flatMap(own => [...own.values()]),
    of: instance => [...(laid.get(instance)?.values() ?? [])],
    named: (instance, output) => laid.get(instance)?.get(output),
    results: made.flatMap(each =>
      outputsOf(each)
        .filter(([, { type }]) => type === 'model')
        .map(([name]) =>
          formalParameter(
            names.result(each.instance, name),
            `${name} of ${each.instance}`,
            examplesOf([laid.get(each.instance)!.get(name)!]),
          ),
        ),
    ),
  }
}
