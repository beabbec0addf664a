import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fail, ProblemError } from '../../core/problem.js'
import type { Reproduction } from '../../judge/reproduction.js'
import { projectOf } from '../../language/project.js'
import { readLockFile } from '../../store/lock-file.js'
import { openStore } from '../../store/open.js'
import { findRecord, isFile } from '../named-record.js'
import { recordFaults } from './check-record.js'
import type { Found, ReproduceOptions } from './options.js'
import { repeatLock } from './repeat-lock.js'
import { repeat } from './repeat.js'
import { storeFolder } from '../store-folder.js'

/** Paths of the folder that it ran in, told as those of the record. */
const asRecorded = <T>(value: T, folder: string): T =>
  JSON.parse(JSON.stringify(value, finite).replaceAll(join(folder, 'root'), '')) as T

/** JSON has no infinity: such a distance is told as the greatest number. */
const finite = (_: string, value: unknown): unknown =>
  value === Infinity ? Number.MAX_VALUE : typeof value === 'number' && Number.isNaN(value) ? null : value

/** What the verdict is about, and what finds it. */
interface Task {
  readonly of: Reproduction['of']
  readonly find: (folder: string) => Promise<Found>
}

const ofLock = async (path: string, options: ReproduceOptions & { readonly cwd: string }): Promise<Task> => {
  const found = readLockFile(path)
  if (!found.ok) throw new ProblemError(...found.problems)
  const { lock } = found.value!
  const home = storeFolder(projectOf(dirname(path)), options.store, options.cwd)
  const store = await openStore(home)
  return {
    of: { type: 'lock', name: path, recipe: join(dirname(path), lock.recipe) },
    find: folder => repeatLock(lock, path, store, options, folder),
  }
}

const ofRun = async (options: ReproduceOptions & { readonly cwd: string }): Promise<Task> => {
  const { record, store } = await findRecord(options.target, options)
  const faults = recordFaults(record, options.kinds)
  if (faults.length > 0) throw new ProblemError(...faults)
  const { id, asked, started } = record
  if (Object.keys(options.set ?? {}).length > 0)
    fail('reproduce-set', `run ${id} has its params in its record, so --set has no place here`)
  return {
    of: { type: 'run', name: id, recipe: asked.recipe, started },
    find: folder => repeat(record, store, options, folder),
  }
}

/**
 * Runs a record again from what it holds, or a lock's recipe, in a clean store, and says whether the same comes out.
 * Throws ProblemError where there is no such run or lock, or it cannot be repeated.
 */
export const reproduce = async (given: ReproduceOptions): Promise<Reproduction> => {
  const clock = performance.now()
  const options = { ...given, cwd: resolve(given.cwd ?? process.cwd()) }
  const path = resolve(options.cwd, options.target)
  const task =
    /\.lock\.ya?ml$/.test(path) && isFile(path) ? await ofLock(path, options) : await ofRun(options)
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trimtab-reproduce-')))
  try {
    const found = await task.find(folder)
    return {
      ...asRecorded({ ...found, of: task.of }, folder),
      seconds: (performance.now() - clock) / 1000,
      ...(options.keep ? { kept: folder } : {}),
    }
  } finally {
    if (!options.keep) rmSync(folder, { recursive: true, force: true })
  }
}
