import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fail } from '../core/problem.js'
import { projectOf } from '../language/project.js'
import { openStore } from '../store/open.js'
import { currentRecord } from '../store/record-migrations.js'
import type { RunRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import { storeFolder } from './store-folder.js'

/** A run's record with the store that its objects are looked for in. */
export interface NamedRecord {
  readonly record: RunRecord
  readonly store: Store
}

export interface NamingOptions {
  readonly cwd: string
  /** Absent: `.trimtab` of the project here. */
  readonly store?: string
}

export const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile()

/** The store that a record lies in, `STORE/runs/ID/run.json`; undefined for one that was copied elsewhere. */
const storeAround = (path: string): string | undefined => {
  const folder = dirname(dirname(dirname(path)))
  return existsSync(join(folder, 'objects')) && path.startsWith(join(folder, 'runs')) ? folder : undefined
}

/** A record by the path of its file. Throws ProblemError (`record-invalid`, `run-newer`) where it is none. */
const readRecordFile = (path: string): RunRecord => {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return (
    currentRecord(value) ??
    fail(
      'record-invalid',
      `${path} is no record of a run`,
      'Name a run.json of a store, or the id of a run: `trimtab runs` lists them.',
    )
  )
}

/** The run that an id, `latest`, `latest~1` or the path of a record names. Throws ProblemError where there is none. */
export const findRecord = async (name: string, { cwd, store }: NamingOptions): Promise<NamedRecord> => {
  const path = resolve(cwd, name)
  const here = storeFolder(projectOf(cwd), store, cwd)
  if (isFile(path))
    return {
      record: readRecordFile(path),
      store: await openStore(store === undefined ? (storeAround(path) ?? here) : here),
    }
  const opened = await openStore(here)
  const record = await opened.runs.read(name)
  const unfinished =
    record || name === ''
      ? undefined
      : (await opened.runs.unfinished()).find(each => each.id.startsWith(name))
  if (unfinished)
    return fail(
      'run-unfinished',
      `run ${unfinished.id} has no record: it was cut off, or still goes on`,
      'Run the recipe again: what was finished is reused.',
    )
  return record
    ? { record, store: opened }
    : fail(
        'run-missing',
        `there is no run "${name}" in ${here}`,
        '`trimtab runs` lists the runs of this project; a record can be named by the path of its run.json too.',
      )
}
