import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Key } from '../core/brand.js'
import { problem, ProblemError, type Problem } from '../core/problem.js'
import type { RunRecord } from '../store/run-record.js'
import type { RemotedStore } from '../store/remote/exchange.js'
import { runFiles } from '../store/remote/run-files.js'
import type { StoredResult } from '../store/store.js'
import { writeFileSafely } from '../store/write-file.js'
import { keysOfLock } from './lock-keys.js'
import { nothing, transferring, type Transfer, type TransferOptions } from './transfer.js'
import { plan } from './validate.js'

interface Chosen {
  readonly keys: readonly Key[]
  readonly runs: number
  readonly problems: readonly Problem[]
}

const refusal = (found: Problem): Chosen => ({ keys: [], runs: 0, problems: [found] })

const idPattern = /^\d{8}-\d{6}-[0-9a-z]{4}$/

/** Ids of the runs at the remote that begin so, oldest first. */
const runsThere = async (store: RemotedStore, start: string): Promise<readonly string[]> => {
  const ids = new Set<string>()
  for await (const { path } of store.exchange.remote.list('runs/')) {
    const [, id, name] = path.split('/')
    if (name === 'run.json' && id !== undefined && idPattern.test(id) && id.startsWith(start)) ids.add(id)
  }
  return [...ids].sort()
}

/** What a text says of a run; undefined where it is the record of none, or of another. */
const recordIn = (text: string | undefined, id: string): RunRecord | undefined => {
  try {
    const record = JSON.parse(text ?? '') as RunRecord
    return record.id === id && Array.isArray(record.instances) ? record : undefined
  } catch {
    return undefined
  }
}

const pullRun = async (store: RemotedStore, id: string): Promise<Chosen> => {
  const { exchange } = store
  const found = idPattern.test(id) ? [id] : await runsThere(store, id === 'latest' ? '' : id)
  if (id !== 'latest' && found.length > 1)
    return refusal(problem('run-ambiguous', `${found.length} runs begin with "${id}": ${found.join(', ')}`))
  const chosen = found.at(-1)
  const text = chosen === undefined ? undefined : await exchange.readText(`runs/${chosen}/run.json`)
  if (chosen === undefined || text === undefined)
    return refusal(
      problem('run-missing', `there is no run "${id}" at ${exchange.name}`, {
        hint: '`trimtab push` puts runs there.',
      }),
    )
  const record = recordIn(text, chosen)
  if (!record)
    return refusal(
      problem(
        'remote-wrong-bytes',
        `${exchange.name} has something wrong under runs/${chosen}/run.json: it is not the record of this run`,
      ),
    )
  await exchange.bringObjects((record.asked as Partial<RunRecord['asked']>).sources ?? [])
  for (const name of runFiles) {
    const content = name === 'run.json' ? text : await exchange.readText(`runs/${chosen}/${name}`)
    if (content !== undefined) await writeFileSafely(join(store.folder, 'runs', chosen, name), content)
  }
  const keys = record.instances.flatMap(({ key, kind }) => (key && kind !== 'select' ? [key] : []))
  return { keys, runs: 1, problems: [] }
}

/** Keys at the remote that are meant. */
const choose = async (store: RemotedStore, options: TransferOptions): Promise<Chosen> => {
  const { subject, cwd = process.cwd() } = options
  switch (subject.type) {
    case 'all': {
      const keys: Key[] = []
      for await (const { path } of store.exchange.remote.list('results/')) {
        const hex = /^results\/([0-9a-f]{64})\.json$/.exec(path)?.[1]
        if (hex !== undefined) keys.push(`sha256:${hex}` as Key)
      }
      return { keys, runs: 0, problems: [] }
    }
    case 'run':
      return pullRun(store, subject.id)
    case 'lock':
      return { keys: keysOfLock(readFileSync(resolve(cwd, subject.file), 'utf8')), runs: 0, problems: [] }
    case 'recipe': {
      const { ok, plan: made, problems } = await plan({ ...options, recipe: subject.file }, { store })
      if (!ok || !made) return { keys: [], runs: 0, problems }
      const keys = made.instances.flatMap(({ status, choice }) =>
        status.type === 'hit' && !choice ? [status.key] : [],
      )
      return { keys, runs: 0, problems: [] }
    }
  }
}

const atOnce = 16

/** Brings results here from the remote, every byte verified, with what they consist of. What is here stays as it is. */
export const pull = (options: TransferOptions): Promise<Transfer> =>
  transferring(
    options,
    async store => {
      const { exchange, results } = store
      let chosen: Chosen
      try {
        chosen = await choose(store, options)
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        return { ...nothing, problems: error.problems }
      }
      const waiting = [...new Set(chosen.keys)]
      let here = 0
      let brought = 0
      let failed = 0
      const bring = async (key: Key, result: StoredResult | undefined): Promise<void> => {
        if (result && !exchange.isElsewhere(key)) here++
        else if (result && (await exchange.bring([result])).length === 0) brought++
        else failed++
      }
      const lane = async (): Promise<void> => {
        for (let key = waiting.pop(); key !== undefined; key = waiting.pop())
          await bring(key, (await results.find(key)).result)
      }
      await Promise.all(Array.from({ length: atOnce }, lane))
      const { objects, bytes } = exchange.brought()
      return {
        results: brought,
        objects,
        bytes,
        there: here,
        failed,
        runs: chosen.runs,
        problems: chosen.problems,
      }
    },
    store => ({ results: 0, ...store.exchange.brought() }),
  )
