import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { projectOf } from '../language/project.js'
import { openStore } from '../store/open.js'
import type { RunRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'

/** The store of a folder's project; undefined where nothing has run yet. */
export const storeHere = async (folder: string | undefined, cwd: string): Promise<Store | undefined> => {
  const place = folder ?? join(projectOf(cwd), '.trimtab')
  return existsSync(place) ? openStore(place) : undefined
}

/** Every run of a project, newest first. */
export const listRuns = async (store?: string, cwd = process.cwd()): Promise<readonly RunRecord[]> => {
  const records = (await (await storeHere(store, cwd))?.runs.list()) ?? []
  return [...records].sort((a, b) => (a.id < b.id ? 1 : -1))
}

/** One run, by its id, the beginning of one, or `latest`; undefined where there is none. */
export const readRun = async (
  id: string,
  store?: string,
  cwd = process.cwd(),
): Promise<RunRecord | undefined> => (await storeHere(store, cwd))?.runs.read(id)
