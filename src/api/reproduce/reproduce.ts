import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ProblemError } from '../../core/problem.js'
import type { Reproduction } from '../../judge/reproduction.js'
import type { RunRecord } from '../../store/run-record.js'
import { findRecord } from '../named-record.js'
import { recordFaults } from './check-record.js'
import type { ReproduceOptions } from './options.js'
import { repeat } from './repeat.js'

/** Paths of the folder that it ran in, told as those of the record. */
const asRecorded = <T>(value: T, folder: string): T =>
  JSON.parse(JSON.stringify(value, finite).replaceAll(join(folder, 'root'), '')) as T

/** JSON has no infinity: such a distance is told as the greatest number. */
const finite = (_: string, value: unknown): unknown =>
  value === Infinity ? Number.MAX_VALUE : typeof value === 'number' && Number.isNaN(value) ? null : value

/** What the verdict is about. */
const ofRun = ({ id, asked, started }: RunRecord): Reproduction['of'] => ({
  type: 'run',
  name: id,
  recipe: asked.recipe,
  started,
})

/**
 * Runs a record again from what it holds, in a clean store, and says whether the same comes out. Throws ProblemError
 * where there is no such run, or it cannot be repeated from its record.
 */
export const reproduce = async (options: ReproduceOptions): Promise<Reproduction> => {
  const clock = performance.now()
  const cwd = resolve(options.cwd ?? process.cwd())
  const { record, store } = await findRecord(options.target, {
    cwd,
    ...(options.store === undefined ? {} : { store: options.store }),
  })
  const faults = recordFaults(record)
  if (faults.length > 0) throw new ProblemError(...faults)
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trimtab-reproduce-')))
  try {
    const found = await repeat(record, store, { ...options, cwd }, folder)
    return {
      ...asRecorded({ ...found, of: ofRun(record) }, folder),
      seconds: (performance.now() - clock) / 1000,
      ...(options.keep ? { kept: folder } : {}),
    }
  } finally {
    if (!options.keep) rmSync(folder, { recursive: true, force: true })
  }
}
