import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../core/brand.js'
import { writeFileSafely } from './write-file.js'
import type { Watched } from './watched.js'

/** A run in which nothing was to be done, and all that it looked at. */
export interface Memo {
  readonly version: 1
  /** Digest of what was asked for, and of what answered: versions, engines, machine. */
  readonly asked: Digest
  /** The run, whose record is that of every further one. */
  readonly run: string
  readonly watched: readonly Watched[]
}

const pathOf = (folder: string, asked: Digest): string =>
  join(folder, 'unchanged', `${asked.replace(/^sha256:/, '').slice(0, 32)}.json`)

const isMemo = (value: unknown, asked: Digest): value is Memo =>
  typeof value === 'object' &&
  value !== null &&
  'version' in value &&
  value.version === 1 &&
  'asked' in value &&
  value.asked === asked &&
  'watched' in value &&
  Array.isArray(value.watched)

/** What is known of an asking; undefined where nothing is, or it cannot be read: then everything is looked at anew. */
export const readMemo = (folder: string, asked: Digest): Memo | undefined => {
  try {
    const found: unknown = JSON.parse(readFileSync(pathOf(folder, asked), 'utf8'))
    return isMemo(found, asked) ? found : undefined
  } catch {
    return undefined
  }
}

/** Keeps a memo; a store that cannot be written does without. */
export const writeMemo = async (folder: string, memo: Memo): Promise<void> => {
  try {
    await writeFileSafely(pathOf(folder, memo.asked), JSON.stringify(memo), {
      folder: join(folder, 'tmp'),
    })
  } catch {
    // It only saves time.
  }
}
