import { problem, type Problem } from '../../core/problem.js'
import type { AnyStepSpec } from '../../steps/define-step.js'
import { builtInKinds } from '../../steps/index.js'
import type { InstanceRecord, RunRecord } from '../../store/run-record.js'

/** Ended well then, so that there is something to compare with. */
export const isDone = ({ status }: InstanceRecord): boolean => status === 'finished' || status === 'reused'

/** Kinds, of these, that are neither built in nor among the recipe's plug-ins: their code is not in the record. */
export const givenKinds = ({ id }: Pick<RunRecord, 'id'>, among: ReadonlySet<string>): readonly Problem[] => {
  const known = new Set(builtInKinds.map(({ kind }) => kind))
  const given = [...among].filter(kind => !known.has(kind))
  return given.length === 0
    ? []
    : [
        problem(
          'reproduce-kind',
          `run ${id} has steps of the ${given.length === 1 ? 'kind' : 'kinds'} ${given.join(', ')}, which a program gave by \`kinds\`: the record cannot tell how to load it`,
          { hint: 'Put the kind into a module of its own and name it under `plugins`.' },
        ),
      ]
}

/** Why a run cannot be repeated from its record alone; empty where it can. */
export const recordFaults = (record: RunRecord, kinds: readonly AnyStepSpec[] = []): readonly Problem[] => {
  const { id, outcome, asked, instances } = record
  const refuse = (code: string, message: string, hint: string): readonly Problem[] => [
    problem(code, message, { hint }),
  ]
  if (outcome === 'interrupted')
    return refuse(
      'reproduce-interrupted',
      `run ${id} was stopped before its end, so there is no whole result to compare with`,
      'Run the recipe to its end, and reproduce that run.',
    )
  if (asked.sources.length === 0)
    return refuse(
      'reproduce-no-sources',
      `run ${id} kept no texts of its recipe: an earlier version of Trimtab recorded it`,
      'Run the recipe once more: runs keep their texts since record version 2.',
    )
  const here = new Set(kinds.map(({ kind }) => kind))
  const given = instances.filter(
    ({ kind, identity }) => identity?.['module'] === undefined && !here.has(kind),
  )
  const faults = givenKinds(record, new Set(given.map(({ kind }) => kind)))
  if (faults.length > 0) return faults
  if (!instances.some(isDone))
    return refuse(
      'reproduce-nothing',
      `no step of run ${id} ended well, so there is nothing to compare with`,
      'Mend what failed, run again, and reproduce that run.',
    )
  return []
}
