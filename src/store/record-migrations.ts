import { dirname } from 'node:path'
import { fail } from '../core/problem.js'
import type { RunRecord } from './run-record.js'

type Plain = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Version 1 kept no sources: such a run can be shown and compared, not repeated from its record alone. */
const fromFirst = (record: Plain): Plain => {
  const asked = isMap(record['asked']) ? record['asked'] : {}
  const recipe = typeof asked['recipe'] === 'string' ? asked['recipe'] : ''
  return {
    ...record,
    version: 2,
    asked: { ...asked, project: dirname(recipe), sources: [], engine: 'auto' },
  }
}

/** By the version that each takes, to the next. */
const migrations: ReadonlyMap<unknown, (record: Plain) => Plain> = new Map([[1, fromFirst]])

export const recordVersion: RunRecord['version'] = 2

/**
 * A record of any version as one of this version; undefined where it is none. Throws ProblemError (`run-newer`) where a
 * later Trimtab wrote it.
 */
export const currentRecord = (value: unknown): RunRecord | undefined => {
  if (!isMap(value)) return undefined
  let record: Plain = value
  for (let step = migrations.get(record['version']); step; step = migrations.get(record['version']))
    record = step(record)
  const { version, id } = record
  if (typeof version === 'number' && version > recordVersion)
    return fail(
      'run-newer',
      `run ${String(id)} was recorded by a later version of Trimtab (record version ${version})`,
      'Update Trimtab to read it.',
    )
  return version === recordVersion && Array.isArray(record['instances'])
    ? (record as unknown as RunRecord)
    : undefined
}
