import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InstanceId } from '../core/brand.js'
import type { LivingClaim } from './claims.js'
import { fileClock } from './file-clock.js'
import { isErrno } from './file-problem.js'
import { inventoryOf, type Item } from './inventory.js'
import { heldPath } from './runs.js'
import type { Store, StoredResult } from './store.js'

/** What a sweep keeps. */
export interface Keeping {
  /** Claims of runs, and of steps being made, from before anything else was looked at: who ends meanwhile counts. */
  readonly living: readonly LivingClaim[]
  /** Keys and digests, without `sha256:`, of results and objects. */
  readonly named: ReadonlySet<string>
  /** Ids of runs. */
  readonly runs: ReadonlySet<string>
  /** Milliseconds: what is younger stays, whoever names it or not. */
  readonly grace: number
}

/** An item that goes or stays; `of`: the instance that made it, its kind in brackets, or the run; where that is known. */
export type Sorted = Item & { readonly of?: string }

export interface SweepPlan {
  readonly goes: readonly Sorted[]
  readonly stays: readonly Sorted[]
}

/** Milliseconds for which the checkpoints of a step that did not finish stay: hours of training may lie in them. */
const aWeek = 7 * 24 * 3600 * 1000

/** A kept run, or a step being made, may be about to write: what has changed since it began stays. Margin for coarse clocks. */
const margin = 2000

const textAt = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EIO')) return ''
    throw error
  }
}

/** Every digest that a text names, without `sha256:`: whatever version of whatever file it is, nothing is overlooked. */
export const digestsIn = (text: string): string[] =>
  text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g) ?? []

interface Read {
  readonly of?: string
  readonly objects: readonly string[]
}

/** The objects that a result consists of. Of a damaged one: all digests that can still be made out. */
const readResult = async (path: string): Promise<Read> => {
  const text = await textAt(path)
  try {
    const { result } = JSON.parse(text) as { readonly result: StoredResult }
    const objects = Object.values(result.output.outputs).flatMap(artifact =>
      Object.values(artifact.objects).map(({ digest }) => digest.replace(/^sha256:/, '')),
    )
    return { of: `${result.instance satisfies InstanceId} (${result.kind})`, objects }
  } catch {
    return { objects: digestsIn(text) }
  }
}

/** True for a memo that can be of use: of a run, results and objects that all stay. */
const isUseful = (text: string, gone: ReadonlySet<string>, runs: ReadonlySet<string>): boolean => {
  try {
    const { run, watched } = JSON.parse(text) as {
      readonly run: string
      readonly watched: readonly [string][]
    }
    return runs.has(run) && watched.every(([path]) => !gone.has(path))
  } catch {
    return false
  }
}

/**
 * Sorts all of a store into what goes and what stays. Named things stay, and what living runs hold, and what is young;
 * of results that stay every object does, so that each is a hit afterwards as it was before.
 */
export const planSweep = async (store: Store, keeping: Keeping): Promise<SweepPlan> => {
  const { folder } = store
  const now = await fileClock(folder).catch(() => Date.now())
  const { living } = keeping
  const since = Math.min(...living.map(({ holder, modified }) => holder?.since ?? modified)) - margin
  const items = await inventoryOf(folder)
  const isYoung = ({ changed }: Item): boolean =>
    (keeping.grace > 0 && now - changed < keeping.grace) || changed >= since

  const named = new Set(keeping.named)
  const claimed = new Set(living.map(({ name }) => name))
  for (const { name } of living) named.add(name)

  const goes: Sorted[] = []
  const stays: Sorted[] = []
  const sort = (item: Sorted, isKept: boolean): void => void (isKept ? stays : goes).push(item)
  const all = (what: Item['what']): Item[] => items.filter(item => item.what === what)

  const runs = new Set<string>()
  /** Objects that a run names and no result does: the texts of its recipe. */
  const texts = new Map<string, string>()
  for (const item of all('run')) {
    const isKept = keeping.runs.has(item.name) || claimed.has(`run-${item.name}`) || isYoung(item)
    sort(item, isKept)
    if (isKept) runs.add(item.name)
    // In this order: a run that ends writes its record before it removes the other.
    for (const path of [heldPath(folder, item.name), join(item.path, 'run.json')])
      for (const digest of digestsIn(await textAt(path))) {
        if (isKept) named.add(digest)
        texts.set(digest, `run ${item.name}`)
      }
  }

  const makers = new Map<string, string>()
  const finished = new Set(all('result').map(({ name }) => name))
  for (const item of all('result')) {
    const isKept = named.has(item.name) || isYoung(item)
    const { of, objects } = await readResult(item.path)
    sort({ ...item, ...(of === undefined ? {} : { of }) }, isKept)
    for (const digest of objects) {
      if (isKept) named.add(digest)
      if (of !== undefined && !makers.has(digest)) makers.set(digest, of)
    }
  }
  for (const item of all('object')) {
    const of = makers.get(item.name) ?? texts.get(item.name)
    sort({ ...item, ...(of === undefined ? {} : { of }) }, named.has(item.name) || isYoung(item))
  }
  for (const item of all('checkpoint')) {
    const isWanted = named.has(item.name) || now - item.changed < Math.max(aWeek, keeping.grace)
    sort(item, claimed.has(item.name) || isYoung(item) || (!finished.has(item.name) && isWanted))
  }
  for (const item of all('damaged')) sort(item, isYoung(item))
  for (const item of all('unfinished')) sort(item, false)
  const gone = new Set(goes.map(({ path }) => path))
  for (const item of all('memo')) sort(item, isUseful(await textAt(item.path), gone, runs))
  return { goes, stays }
}
