import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { emptyFolder, trimtab, type Ran } from '../rig.js'
import { assert } from '../suite.js'

/** Where the real digits lie, if they are here. */
export const digits = join(packageFolder(), '../shared/data/mnist')

/** A copy of an example in a project of its own, so that nothing made before is reused. */
export const copyOf = (name: string): string => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  cpSync(join(packageFolder(), 'examples', name), folder, { recursive: true })
  return folder
}

/** The record of a folder's last run. */
export const recordOf = async (folder: string): Promise<RunRecord> =>
  JSON.parse((await trimtab(folder, ['show', '--json'])).stdout) as RunRecord

export const notFailed = (ran: Ran, record: RunRecord): void => {
  for (const each of record.instances) assert.is(each.status, 'finished', `${each.instance}: ${ran.stderr}`)
}
