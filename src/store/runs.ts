import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, ProblemError } from '../core/problem.js'
import type { Claims } from './claims.js'
import { fileProblem, isErrno } from './file-problem.js'
import { openJournal, readJournal, type Journal } from './journal.js'
import { currentRecord } from './record-migrations.js'
import type { RunRecord } from './run-record.js'
import type { OpenRun, Runs } from './store.js'
import { makeFolder, syncFolder } from './sync-folder.js'
import { unfinishedRun } from './unfinished.js'
import { temporaryPath, writeFileSafely } from './write-file.js'

/** `20261123-235959-rk4f`, in UTC: the last four are the millisecond in base 36 and two random characters, so ids sort by time. */
export const runId = (started: Date): string => {
  const [day, clock] = started.toISOString().split('T') as [string, string]
  const fraction = started.getUTCMilliseconds().toString(36).padStart(2, '0')
  const noise = (randomBytes(2).readUInt16BE() % 1296).toString(36).padStart(2, '0')
  return `${day.replaceAll('-', '')}-${clock.slice(0, 8).replaceAll(':', '')}-${fraction}${noise}`
}

/** The store lies in a user's project: nobody should have to think of ignoring it. */
const keepOutOfGit = (folder: string): void => {
  const path = join(folder, '.gitignore')
  if (existsSync(path)) return
  // Renamed into place: several runs may begin at once, and one may be killed here.
  const beside = temporaryPath(path, folder)
  writeFileSync(beside, '*\n')
  renameSync(beside, path)
}

/** What a run that has not ended needs: keys and digests of objects, one a line. */
export const heldPath = (folder: string, id: string): string => join(folder, 'runs', id, 'held')

/** What a process has while it makes a run: so that others can tell whether it still goes on. */
const claimOf = (id: string): string => `run-${id}`

const idPattern = /^\d{8}-\d{6}-[0-9a-z]{4}$/

export const openRuns = (folder: string, claims: Claims): Runs => {
  const place = join(folder, 'runs')
  const recordPath = (id: string): string => join(place, id, 'run.json')
  const journalPath = (id: string): string => join(place, id, 'journal.jsonl')

  /** Ids, oldest first, of runs that ended or not. */
  const ids = (): string[] => {
    try {
      return readdirSync(place)
        .filter(name => idPattern.test(name))
        .sort()
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return []
      throw error
    }
  }

  /** Undefined where the run never ended, or its record is damaged. */
  const readRecord = (id: string): RunRecord | undefined => {
    try {
      return currentRecord(JSON.parse(readFileSync(recordPath(id), 'utf8')))
    } catch (error) {
      if (error instanceof SyntaxError || isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw error
    }
  }

  /** A run that a later version recorded is no reason to show none of the others. */
  const readOlder = (id: string): RunRecord | undefined => {
    try {
      return readRecord(id)
    } catch (error) {
      if (error instanceof ProblemError) return undefined
      throw error
    }
  }

  /** Damaged; that of a later version is none of ours to judge. */
  const lacksRecord = (id: string): boolean => {
    try {
      return readRecord(id) === undefined
    } catch (error) {
      if (error instanceof ProblemError) return false
      throw error
    }
  }

  const takeId = (started: Date): { readonly id: string; readonly journal: Journal } => {
    keepOutOfGit(folder)
    for (;;) {
      const id = runId(started)
      try {
        mkdirSync(join(place, id))
        return { id, journal: openJournal(journalPath(id)) }
      } catch (error) {
        // Another run of the same millisecond took the name.
        if (!isErrno(error, 'EEXIST')) throw error
      }
    }
  }

  const begin = async (started: Date): Promise<OpenRun> => {
    await makeFolder(place)
    const { id, journal } = takeId(started)
    await syncFolder(place)
    const taken = await claims.take(claimOf(id), { run: id })
    const held = heldPath(folder, id)
    return {
      id,
      append: event => journal.append(event),
      hold: needed => {
        const lines = [...needed].map(each => `${each}\n`).join('')
        try {
          if (lines !== '') appendFileSync(held, lines)
        } catch (error) {
          // A full disk: what gc does not hear of costs at most that its step is made again.
          if (!isErrno(error)) throw error
        }
      },
      close: async record => {
        const cut = journal.end()
        const whole = cut ? { ...record, problems: [...record.problems, cut] } : record
        try {
          await writeFileSafely(recordPath(id), `${JSON.stringify(whole, null, 1)}\n`)
          await syncFolder(place)
          // From here on the record says the same.
          await rm(held, { force: true }).catch(() => undefined)
        } finally {
          if ('claim' in taken) await taken.claim.release()
          // Those of processes that were killed meanwhile end here.
          await claims.living()
        }
      },
    }
  }

  return {
    open: async started => {
      try {
        return await begin(started)
      } catch (error) {
        const found = fileProblem(error, place)
        throw found ? new ProblemError(found) : error
      }
    },
    list: () => Promise.resolve(ids().flatMap(id => readOlder(id) ?? [])),
    read: async id => {
      const back = /^latest(?:~(\d+))?$/.exec(id)
      if (back) {
        let left = Number(back[1] ?? 0)
        for (const each of ids().reverse()) {
          const record = readRecord(each)
          if (record && left-- === 0) return record
        }
        return undefined
      }
      const fitting = ids().filter(each => each.startsWith(id))
      if (fitting.length > 1 && id !== '')
        return fail('run-ambiguous', `${fitting.length} runs begin with "${id}": ${fitting.join(', ')}`)
      const [only] = fitting
      return fitting.length === 1 && only !== undefined ? readRecord(only) : undefined
    },
    ids,
    recordPath,
    unfinished: () =>
      Promise.all(
        ids()
          .filter(id => !existsSync(recordPath(id)) || lacksRecord(id))
          .map(async id => unfinishedRun(id, readJournal(journalPath(id)), await claims.isHeld(claimOf(id)))),
      ),
    journal: id => Promise.resolve(idPattern.test(id) ? readJournal(journalPath(id)) : []),
  }
}
