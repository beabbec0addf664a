import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname } from 'node:path'

/** What a program told its disk, in order. Files are numbered; a folder is known by its path. */
export type Told =
  | { readonly type: 'create'; readonly path: string; readonly file: number }
  | { readonly type: 'write'; readonly file: number; readonly bytes: Uint8Array }
  | { readonly type: 'sync-file'; readonly file: number }
  | { readonly type: 'rename'; readonly from: string; readonly to: string }
  | { readonly type: 'unlink'; readonly path: string }
  | { readonly type: 'make-folder'; readonly path: string }
  | { readonly type: 'sync-folder'; readonly path: string }
  /** Not for the disk: from here on the program relies on what it did. */
  | { readonly type: 'promised'; readonly what: string }

/**
 * Listens to what goes to the disk below a folder, while all of it is really done. Only for a process that does nothing
 * else meanwhile.
 */
export const listen = (root: string): { readonly told: Told[]; readonly stop: () => void } => {
  const told: Told[] = []
  const promises = fs.promises as unknown as Record<string, (...args: never[]) => unknown>
  const blocking = fs as unknown as Record<string, (...args: never[]) => unknown>
  const undo: (() => void)[] = []
  const open = new Map<number, { readonly file: number; readonly path: string }>()
  const files = new Map<string, number>()
  let count = 0

  const isOurs = (path: unknown): path is string => typeof path === 'string' && path.startsWith(root)
  const create = (path: string): number => {
    const file = ++count
    files.set(path, file)
    told.push({ type: 'create', path, file })
    return file
  }
  const moved = (from: string, to: string): void => {
    files.set(to, files.get(from)!)
    files.delete(from)
    told.push({ type: 'rename', from, to })
  }
  const foldersMade = (folder: string, first: string | undefined): void => {
    if (first === undefined) return
    const made: string[] = []
    for (let at = folder; at.length >= first.length; at = dirname(at)) made.unshift(at)
    for (const path of made) told.push({ type: 'make-folder', path })
  }
  const bytesOf = (content: unknown): Uint8Array =>
    typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as Uint8Array)

  const replace = (
    holder: Record<string, (...args: never[]) => unknown>,
    name: string,
    make: (original: (...args: never[]) => unknown) => (...args: never[]) => unknown,
  ): void => {
    const original = holder[name]!
    holder[name] = make(original)
    undo.push(() => (holder[name] = original))
  }

  replace(
    promises,
    'open',
    original =>
      (async (path: string, flags?: string | number) => {
        const handle = (await original(path as never, flags as never)) as fs.promises.FileHandle
        if (!isOurs(path)) return handle
        const isFolder = fs.statSync(path).isDirectory()
        const makes = typeof flags === 'number' && (flags & fs.constants.O_EXCL) !== 0
        const file = isFolder ? 0 : makes ? create(path) : files.get(path)!
        const sync = handle.sync.bind(handle)
        const writeFile = handle.writeFile.bind(handle)
        handle.sync = async () => {
          await sync()
          told.push(isFolder ? { type: 'sync-folder', path } : { type: 'sync-file', file })
        }
        handle.writeFile = async (content: never) => {
          await writeFile(content)
          told.push({ type: 'write', file, bytes: bytesOf(content) })
        }
        return handle
      }) as never,
  )
  replace(
    promises,
    'rename',
    original =>
      (async (from: string, to: string) => {
        await original(from as never, to as never)
        if (isOurs(from)) moved(from, to)
      }) as never,
  )
  replace(
    promises,
    'unlink',
    original =>
      (async (path: string) => {
        await original(path as never)
        if (isOurs(path)) told.push({ type: 'unlink', path })
      }) as never,
  )
  replace(
    promises,
    'rm',
    original =>
      (async (path: string, options: never) => {
        await original(path as never, options)
        if (isOurs(path)) told.push({ type: 'unlink', path })
      }) as never,
  )
  replace(
    promises,
    'mkdir',
    original =>
      (async (path: string, options?: { recursive?: boolean }) => {
        const first = (await original(path as never, options as never)) as string | undefined
        if (isOurs(path)) foldersMade(path, options?.recursive ? first : path)
        return first
      }) as never,
  )
  replace(
    blocking,
    'mkdirSync',
    original =>
      ((path: string, options?: { recursive?: boolean }) => {
        const first = original(path as never, options as never) as string | undefined
        if (isOurs(path)) foldersMade(path, options?.recursive ? first : path)
        return first
      }) as never,
  )
  replace(
    blocking,
    'openSync',
    original =>
      ((path: string, flags: string) => {
        const before = isOurs(path) && fs.existsSync(path)
        const descriptor = original(path as never, flags as never) as number
        if (isOurs(path) && flags === 'a')
          open.set(descriptor, { file: before ? files.get(path)! : create(path), path })
        return descriptor
      }) as never,
  )
  replace(
    blocking,
    'writeSync',
    original =>
      ((descriptor: number, content: never, ...more: never[]) => {
        const written = original(descriptor as never, content, ...more) as number
        const file = open.get(descriptor)
        if (file) told.push({ type: 'write', file: file.file, bytes: bytesOf(content).subarray(0, written) })
        return written
      }) as never,
  )
  replace(
    blocking,
    'fsyncSync',
    original =>
      ((descriptor: number) => {
        original(descriptor as never)
        const file = open.get(descriptor)
        if (file) told.push({ type: 'sync-file', file: file.file })
      }) as never,
  )
  replace(
    blocking,
    'closeSync',
    original =>
      ((descriptor: number) => {
        original(descriptor as never)
        open.delete(descriptor)
      }) as never,
  )
  replace(
    blocking,
    'writeFileSync',
    original =>
      ((path: string, content: never) => {
        const before = isOurs(path) && fs.existsSync(path)
        original(path as never, content)
        if (isOurs(path) && !before) told.push({ type: 'write', file: create(path), bytes: bytesOf(content) })
      }) as never,
  )
  syncBuiltinESMExports()
  return {
    told,
    stop: () => {
      for (const each of undo.reverse()) each()
      syncBuiltinESMExports()
    },
  }
}
