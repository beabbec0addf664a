import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join, sep } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Digest } from '../core/brand.js'
import { digestFile, type Digested } from './digest-file.js'
import { isSettled, margin, stateOf, type FileState } from './file-state.js'

/**
 * Digests of files whose bytes were read once, with what the disk said of each: a file of the same size, times, inode
 * and device is not read again. A bit that the disk flips beneath an unchanged file is thus not seen here; it is when
 * the bytes are used, and by `trimtab verify`. It is only a cache: what is lost or damaged of it costs a reading.
 */
export interface DigestCache {
  /** Errors are the file system's own. */
  digest(path: string): Promise<Digested>
  /** A file that was just written, with a time of change that lies well before (`writeFileSafely`). */
  wrote(path: string, digest: Digest): void
  /** Whatever is known of it was wrong. */
  forget(path: string): void
  /** Writes what is new, where the store's folder is there and can be written. */
  flush(): void
}

/** Lines beyond which it pays to look whether most of them are superseded. */
const few = 1000
const header = /^trimtab digests (\d+)$/

const stateText = ({ size, mtime, ctime, inode, device }: FileState): string =>
  `${size}\t${mtime}\t${ctime}\t${inode}\t${device}`

const guarded = (text: string): string => `${crc32(text).toString(16).padStart(8, '0')}\t${text}`
/** Lines lie in a file that many processes append to, over networks too: a torn one must not pass. */
const isWhole = (line: string): boolean => guarded(line.slice(9)) === line

/**
 * One line a file: checksum, digest in hex, size, times, inode, device, path; the path of an object is left out, since
 * its digest gives it. A line without a state forgets what earlier ones say.
 */
const lineOf = (name: string, hex: string, state: FileState | undefined): string =>
  guarded(`${hex}\t${state ? stateText(state) : ''}\t${name}`)

/** By what a line is found: its path, or the object's digest. */
const keyOf = (line: string): string => line.slice(line.lastIndexOf('\t') + 1) || line.slice(9, 73)

interface Loaded {
  readonly byKey: Map<string, string>
  /** Lines that it was read from, superseded ones too. */
  readonly lines: number
  /** Lines when it was last written anew. */
  readonly base: number
}

const load = (file: string): Loaded => {
  const byKey = new Map<string, string>()
  let [lines, base] = [0, 0]
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return { byKey, lines, base }
  }
  for (let from = 0, to = text.indexOf('\n'); to >= 0; from = to + 1, to = text.indexOf('\n', from)) {
    const line = text.slice(from, to)
    if (line === '') continue
    lines++
    const first = from === 0 ? header.exec(line) : null
    if (first) base = Number(first[1])
    else byKey.set(keyOf(line), line)
  }
  return { byKey, lines, base }
}

interface Pending {
  readonly key: string
  readonly line: string
  /** Absent for what was written, or is forgotten: no clock enters. */
  readonly hashed?: { readonly state: FileState; readonly at: number }
}

export const openDigestCache = (folder: string): DigestCache => {
  const file = join(folder, 'digests')
  const objects = join(folder, 'objects') + sep
  let loaded: Loaded | undefined
  let pending: Pending[] = []
  let planned = false

  const known = (): Map<string, string> => {
    if (loaded) return loaded.byKey
    loaded = load(file)
    for (const { key, line } of pending) loaded.byKey.set(key, line)
    return loaded.byKey
  }

  /** Undefined for a path that no line can hold. */
  const nameOf = (path: string): { readonly key: string; readonly name: string } | undefined => {
    if (path.startsWith(objects)) {
      const key = path.slice(objects.length).replace(sep, '')
      if (/^[0-9a-f]{64}$/.test(key)) return { key, name: '' }
    }
    return /[\t\n]/.test(path) ? undefined : { key: path, name: path }
  }

  const pathOf = (line: string): string => {
    const key = keyOf(line)
    return key === line.slice(9, 73) ? join(objects, key.slice(0, 2), key.slice(2)) : key
  }

  /** Many processes append to the file: one write a batch, and what another one writes anew meanwhile is lost, no more. */
  const append = (batch: readonly Pending[]): void => {
    const disk = openSync(file, 'a')
    try {
      // A network disk's clock may be behind ours: the time of this very write is what its files' times are held against.
      writeSync(disk, '\n')
      const behind = Math.max(0, Date.now() - fstatSync(disk).mtimeMs)
      const lines = batch.filter(({ hashed }) => !hashed || isSettled(hashed.state, hashed.at - behind))
      if (lines.length > 0) writeSync(disk, `${lines.map(({ line }) => line).join('\n')}\n`)
    } finally {
      closeSync(disk)
    }
  }

  /** Writes anew a file of which most is superseded, without what is about files that are gone. */
  const compact = ({ byKey, lines, base }: Loaded): void => {
    if (lines < few || lines < 2 * Math.min(byKey.size, base)) return
    const kept = [...byKey.values()].filter(line => isWhole(line) && stateOf(pathOf(line)))
    const beside = `${file}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`
    writeFileSync(beside, `${[`trimtab digests ${kept.length}`, ...kept].join('\n')}\n`)
    renameSync(beside, file)
  }

  const flush = (): void => {
    if (pending.length === 0) return
    try {
      append(pending)
      pending = []
      if (loaded) compact(loaded)
      loaded = loaded && { ...loaded, lines: 0 }
    } catch {
      // A store that is not there yet, is full or takes no writes: what is not remembered is read again.
    }
  }

  const note = (entry: Pending): void => {
    loaded?.byKey.set(entry.key, entry.line)
    pending.push(entry)
    if (planned) return
    planned = true
    setImmediate(() => {
      planned = false
      flush()
    })
  }

  return {
    digest: async path => {
      const named = nameOf(path)
      if (!named) return digestFile(path)
      const { key, name } = named
      const before = stateOf(path)
      const line = before && known().get(key)
      if (
        line !== undefined &&
        line.slice(74, line.lastIndexOf('\t')) === stateText(before!) &&
        isWhole(line)
      )
        return { digest: `sha256:${line.slice(9, 73)}` as Digest, bytes: Number(before!.size) }
      const at = Date.now()
      const found = await digestFile(path)
      const after = stateOf(path)
      const hex = found.digest.slice('sha256:'.length)
      // An object that is not what it is called is damaged: there is nothing to remember.
      if (before && after && stateText(before) === stateText(after) && (name !== '' || hex === key)) {
        if (isSettled(after, at)) note({ key, line: lineOf(name, hex, after), hashed: { state: after, at } })
      }
      return found
    },
    wrote: (path, digest) => {
      const named = nameOf(path)
      const state = stateOf(path)
      // Whoever writes it again, within the same tick too, gives it a time of change that differs from this one.
      if (!named || !state || state.mtime >= state.ctime - margin) return
      note({ key: named.key, line: lineOf(named.name, digest.slice('sha256:'.length), state) })
    },
    forget: path => {
      const named = nameOf(path)
      if (!named || !known().has(named.key)) return
      note({
        key: named.key,
        line: lineOf(named.name, named.name === '' ? named.key : ''.padEnd(64, '0'), undefined),
      })
    },
    flush,
  }
}
