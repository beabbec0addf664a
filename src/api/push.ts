import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Key } from '../core/brand.js'
import { problem, type Problem } from '../core/problem.js'
import type { RemotedStore } from '../store/remote/exchange.js'
import { keysOfLock } from './lock-keys.js'
import { nothing, transferring, type Transfer, type TransferOptions } from './transfer.js'
import { plan } from './validate.js'

interface Chosen {
  readonly keys: readonly Key[]
  readonly runs: readonly string[]
  readonly problems: readonly Problem[]
}

const noRun = (id: string): Problem =>
  problem('run-missing', `there is no run "${id}" here`, { hint: '`trimtab runs` lists them.' })

/** Keys and runs of this store that are meant. */
const choose = async (store: RemotedStore, options: TransferOptions): Promise<Chosen> => {
  const { subject, cwd = process.cwd() } = options
  switch (subject.type) {
    case 'all': {
      const runs = (await store.runs.list()).map(({ id }) => id)
      return { keys: store.results.heads().map(({ key }) => key), runs, problems: [] }
    }
    case 'run': {
      const record = await store.runs.read(subject.id)
      if (!record) return { keys: [], runs: [], problems: [noRun(subject.id)] }
      const keys = record.instances.flatMap(({ key, kind }) => (key && kind !== 'select' ? [key] : []))
      return { keys, runs: [record.id], problems: [] }
    }
    case 'lock':
      return { keys: keysOfLock(readFileSync(resolve(cwd, subject.file), 'utf8')), runs: [], problems: [] }
    case 'recipe': {
      const { ok, plan: made, problems } = await plan({ ...options, recipe: subject.file, remote: 'none' })
      if (!ok || !made) return { keys: [], runs: [], problems }
      const keys = made.instances.flatMap(({ status, choice }) =>
        status.type === 'hit' && !choice ? [status.key] : [],
      )
      const runs = (await store.runs.list()).flatMap(({ id, asked }) =>
        asked.recipe === made.recipe.file ? [id] : [],
      )
      return { keys, runs, problems: [] }
    }
  }
}

/** Results at once: each is read and checked, and its objects wait for their turn. */
const atOnce = 16

/**
 * Puts results that are here at the remote, with their objects, and records of runs. What is there already is left as it
 * is; what is damaged here is told and left out.
 */
export const push = (options: TransferOptions): Promise<Transfer> =>
  transferring(
    options,
    async store => {
      const { exchange } = store
      const { keys, runs, problems } = await choose(store, options)
      const damaged: Problem[] = []
      const waiting = [...new Set(keys)]
      const lane = async (): Promise<void> => {
        for (let key = waiting.pop(); key !== undefined && !exchange.isDown(); key = waiting.pop()) {
          const found = await exchange.findHere(key)
          damaged.push(...found.problems)
          if (found.result) await exchange.pushNow(found.result)
        }
      }
      await Promise.all(Array.from({ length: atOnce }, lane))
      let pushedRuns = 0
      for (const id of exchange.isDown() ? [] : runs) if (await exchange.pushRun(id)) pushedRuns++
      const { results, objects, bytes, there, failed } = exchange.pushed()
      const left = failed + waiting.length + (runs.length - pushedRuns)
      return {
        ...nothing,
        results,
        objects,
        bytes,
        there,
        failed: left,
        runs: pushedRuns,
        problems: [...problems, ...damaged],
      }
    },
    store => store.exchange.pushed(),
  )
