import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from './file-problem.js'
import { findLeftovers } from './leftovers.js'

export type ItemKind = 'result' | 'object' | 'run' | 'checkpoint' | 'memo' | 'damaged' | 'unfinished'

/** A thing that lies in a store: a file, or a folder with all that is in it. */
export interface Item {
  readonly what: ItemKind
  /** Of a result or checkpoint: its key; of an object: its digest; both without `sha256:`. Of a run: its id. */
  readonly name: string
  readonly path: string
  readonly bytes: number
  /** When it was last written, renamed or touched, by the file system's clock, in milliseconds. */
  readonly changed: number
}

const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

/** Size and time of a file, or of a folder with what lies in it; undefined where it went away. */
export const stateOfItem = async (
  path: string,
): Promise<(Pick<Item, 'bytes' | 'changed'> & { readonly isFolder: boolean }) | undefined> => {
  try {
    const found = await stat(path)
    const isFolder = found.isDirectory()
    let [bytes, changed] = [isFolder ? 0 : found.size, Math.max(found.mtimeMs, found.ctimeMs)]
    for (const name of isFolder ? await namesIn(path) : []) {
      const inside = await stateOfItem(join(path, name))
      bytes += inside?.bytes ?? 0
      changed = Math.max(changed, inside?.changed ?? 0)
    }
    return { bytes, changed, isFolder }
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

interface Shelf {
  readonly what: ItemKind
  readonly folder: string
  readonly pattern: RegExp
  readonly holds: 'files' | 'folders'
}

/** What we know to be ours, by its name; anything else in the folder is nobody's business. */
const shelves: readonly Shelf[] = [
  { what: 'result', folder: 'results', pattern: /^([\w-]+)\.json$/, holds: 'files' },
  { what: 'run', folder: 'runs', pattern: /^(\d{8}-\d{6}-[0-9a-z]{4})$/, holds: 'folders' },
  { what: 'checkpoint', folder: 'checkpoints', pattern: /^([\w-]+)$/, holds: 'folders' },
  { what: 'memo', folder: 'unchanged', pattern: /^([0-9a-f]{32})\.json$/, holds: 'files' },
  {
    what: 'damaged',
    folder: 'damaged',
    pattern: /^([0-9a-f]{64}(?:\.\d+)?|[\w-]+\.json(?:\.\d+)?)$/,
    holds: 'files',
  },
]

const itemsOf = async ({ what, folder, pattern, holds }: Shelf, place: string): Promise<Item[]> => {
  const items: Item[] = []
  for (const file of await namesIn(join(place, folder))) {
    const name = pattern.exec(file)?.[1]
    const path = join(place, folder, file)
    const state = name === undefined ? undefined : await stateOfItem(path)
    if (name === undefined || !state || state.isFolder !== (holds === 'folders')) continue
    items.push({ what, name, path, bytes: state.bytes, changed: state.changed })
  }
  return items
}

const objectsIn = async (place: string): Promise<Item[]> => {
  const starts = (await namesIn(join(place, 'objects'))).filter(name => /^[0-9a-f]{2}$/.test(name))
  const items: Item[] = []
  for (const start of starts) {
    const shelf: Shelf = {
      what: 'object',
      folder: join('objects', start),
      pattern: /^([0-9a-f]{62})$/,
      holds: 'files',
    }
    for (const item of await itemsOf(shelf, place)) items.push({ ...item, name: start + item.name })
  }
  return items
}

/** All that lies in a store and is ours, with its sizes. Of unfinished files only those that nobody will finish. */
export const inventoryOf = async (place: string): Promise<readonly Item[]> => {
  const items = await objectsIn(place)
  for (const shelf of shelves) items.push(...(await itemsOf(shelf, place)))
  for (const { path, bytes } of await findLeftovers(place))
    items.push({ what: 'unfinished', name: path, path, bytes, changed: 0 })
  return items
}
