import { existsSync } from 'node:fs'
import { projectOf } from '../language/project.js'
import { openStore } from '../store/open.js'
import type { RunRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import type { UnfinishedRun } from '../store/unfinished.js'
import { storeFolder } from './store-folder.js'

/** The store of a folder's project; undefined where nothing has run yet. */
export const storeHere = async (folder: string | undefined, cwd: string): Promise<Store | undefined> => {
  const place = storeFolder(projectOf(cwd), folder, cwd)
  return existsSync(place) ? openStore(place) : undefined
}

/** Every run of a project that has a record, newest first. */
export const listRuns = async (store?: string, cwd = process.cwd()): Promise<readonly RunRecord[]> => {
  const records = (await (await storeHere(store, cwd))?.runs.list()) ?? []
  return [...records].sort((a, b) => (a.id < b.id ? 1 : -1))
}

/** One run, by its id, the beginning of one, or `latest`; undefined where there is none, or it has no record. */
export const readRun = async (
  id: string,
  store?: string,
  cwd = process.cwd(),
): Promise<RunRecord | undefined> => (await storeHere(store, cwd))?.runs.read(id)

/** A run with its record, or what its journal tells where it has none. */
export type KnownRun = RunRecord | UnfinishedRun

/** Every run of a project, newest first; those that go on or were cut off too. */
export const listAllRuns = async (store?: string, cwd = process.cwd()): Promise<readonly KnownRun[]> => {
  const runs = (await storeHere(store, cwd))?.runs
  if (!runs) return []
  return [...(await runs.list()), ...(await runs.unfinished())].sort((a, b) => (a.id < b.id ? 1 : -1))
}

/** As `readRun`, of all runs. */
export const findRun = async (
  id: string,
  store?: string,
  cwd = process.cwd(),
): Promise<KnownRun | undefined> => {
  const runs = (await storeHere(store, cwd))?.runs
  const record = await runs?.read(id)
  if (!runs || (record && id !== 'latest')) return record
  const unfinished = await runs.unfinished()
  if (id !== 'latest') return id === '' ? undefined : unfinished.find(each => each.id.startsWith(id))
  const newest = unfinished.at(-1)
  return newest && (!record || newest.id > record.id) ? newest : record
}
