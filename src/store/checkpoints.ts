import { existsSync, readdirSync } from 'node:fs'
import { rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Key } from '../core/brand.js'
import type { Checkpoint } from '../core/checkpoint.js'
import { problem, type Problem } from '../core/problem.js'
import { checkpointParts, readCheckpoint, readHead, type CheckpointHead } from './checkpoint-file.js'
import { fileProblem, isErrno } from './file-problem.js'
import { writeFileSafely } from './write-file.js'

/** What steps that have not finished keep of themselves, by key. */
export interface StoredCheckpoints {
  /** What the newest one says of itself, unchecked; reads its first bytes. Undefined where there is none to go on from. */
  head(key: Key): CheckpointHead | undefined
  /** The newest one that is whole; a damaged one is removed and told as a warning. */
  read(key: Key): Promise<{ readonly checkpoint?: Checkpoint; readonly problems: readonly Problem[] }>
  /** Writes one as objects are written, and keeps it and the one before. Throws ProblemError (`disk-full` …). */
  write(key: Key, checkpoint: Checkpoint): Promise<void>
  /** Removes all of a key, as far as the store lets it. */
  remove(key: Key): Promise<void>
  /** Removes those of steps whose result is there: a kill came between. */
  sweep(isDone: (key: Key) => boolean): Promise<void>
}

/** How many are kept of a key: should the newest not be whole, the one before is. */
const kept = 2

const pattern = /^(\d{6,})\.ckpt$/

const nameOf = (key: Key): string => {
  const name = key.replace(/^sha256:/, '')
  if (!/^[\w-]+$/.test(name)) throw new TypeError(`not a key: ${key}`)
  return name
}

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

const damagedProblem = (path: string): Problem =>
  problem('checkpoint-damaged', `a checkpoint is damaged and was removed: ${path}`, {
    severity: 'warning',
    hint: 'The step goes on from the one before, or begins anew.',
  })

const unreadableProblem = (path: string, why: string): Problem =>
  problem('checkpoint-unreadable', `a checkpoint cannot be read: ${path} (${why})`, {
    severity: 'warning',
    hint: 'The step goes on from the one before, or begins anew.',
  })

export const openCheckpoints = (folder: string): StoredCheckpoints => {
  const place = join(folder, 'checkpoints')
  const folderOf = (key: Key): string => join(place, nameOf(key))

  /** Numbers, newest first. */
  const numbersOf = (key: Key): readonly number[] =>
    namesIn(folderOf(key))
      .flatMap(name => Number(pattern.exec(name)?.[1] ?? []))
      .filter(number => number > 0)
      .sort((a, b) => b - a)
  const pathOf = (key: Key, number: number): string =>
    join(folderOf(key), `${String(number).padStart(6, '0')}.ckpt`)

  /** What cannot be removed stays: a read-only store is no fault of the step's. */
  const drop = async (path: string): Promise<void> => {
    try {
      await unlink(path)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  const remove = async (key: Key): Promise<void> => {
    if (!existsSync(folderOf(key))) return
    try {
      await rm(folderOf(key), { recursive: true, force: true })
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  return {
    head: key => {
      for (const number of numbersOf(key)) {
        try {
          const found = readHead(pathOf(key, number), key)
          if (found) return found
        } catch (error) {
          if (!isErrno(error)) throw error
        }
      }
      return undefined
    },
    read: async key => {
      const problems: Problem[] = []
      for (const number of numbersOf(key)) {
        const path = pathOf(key, number)
        try {
          const found = await readCheckpoint(path, key)
          if (found === 'damaged') {
            problems.push(damagedProblem(path))
            await drop(path)
          } else if (found !== 'other') return { checkpoint: found, problems }
        } catch (error) {
          if (!isErrno(error)) throw error
          // Another process finished the step, and removed them.
          if (error.code !== 'ENOENT')
            problems.push(unreadableProblem(path, fileProblem(error, path)?.message ?? error.message))
        }
      }
      return { problems }
    },
    write: async (key, checkpoint) => {
      const before = numbersOf(key)
      await writeFileSafely(pathOf(key, (before[0] ?? 0) + 1), checkpointParts(key, checkpoint), {
        folder: join(folder, 'tmp'),
      })
      for (const old of before.slice(kept - 1)) await drop(pathOf(key, old))
    },
    remove,
    sweep: async isDone => {
      for (const name of namesIn(place)) {
        const key = `sha256:${name}` as Key
        if (/^[0-9a-f]{64}$/.test(name) && isDone(key)) await remove(key)
      }
    },
  }
}
