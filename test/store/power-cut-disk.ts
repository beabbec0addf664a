import fs from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { Random } from '../../src/core/random.js'
import type { Told } from './told-disk.js'

interface File {
  now: Buffer
  /** What a sync has made safe. */
  safe: Buffer
}

/** Names of a folder: a number of a file, or a folder. */
type Names = Map<string, number | 'folder'>

interface Folder {
  readonly safe: Names
  /** Changes of names since it was synced last, in order: a power cut may keep any of them and lose any. */
  pending: { readonly name: string; readonly is: number | 'folder' | undefined }[]
}

/** How a power cut ends: `kept` draws what of the unsynced is there afterwards. */
export interface Cut {
  /** Is this one kept? */
  readonly keeps: () => boolean
  readonly random: Random
}

const tear = (file: File, { keeps, random }: Cut): Buffer => {
  if (file.now.equals(file.safe)) return file.now
  if (keeps()) return file.now
  // Lost, cut short, or never written blocks that read as zeros.
  const way = random.below(3)
  if (way === 0) return file.safe
  if (way === 1)
    return file.now.subarray(0, file.safe.length + random.below(file.now.length - file.safe.length + 1))
  return Buffer.concat([file.safe, Buffer.alloc(Math.max(0, file.now.length - file.safe.length))])
}

/** Writes a folder as a power cut may leave it after so many of the things that the disk was told. */
export const cutPower = (told: readonly Told[], root: string, target: string, cut: Cut): void => {
  const files = new Map<number, File>()
  const folders = new Map<string, Folder>([[root, { safe: new Map(), pending: [] }]])
  const nameIn = (path: string, is: number | 'folder' | undefined): void =>
    void folders.get(dirname(path))?.pending.push({ name: basename(path), is })
  const current = (path: string): number | 'folder' | undefined => {
    const folder = folders.get(dirname(path))!
    const names: Names = new Map(folder.safe)
    for (const { name, is } of folder.pending) {
      if (is === undefined) names.delete(name)
      else names.set(name, is)
    }
    return names.get(basename(path))
  }
  for (const each of told) {
    switch (each.type) {
      case 'create':
        files.set(each.file, { now: Buffer.alloc(0), safe: Buffer.alloc(0) })
        nameIn(each.path, each.file)
        break
      case 'write': {
        const file = files.get(each.file)!
        file.now = Buffer.concat([file.now, each.bytes])
        break
      }
      case 'sync-file': {
        const file = files.get(each.file)!
        file.safe = file.now
        break
      }
      case 'rename': {
        const is = current(each.from)
        nameIn(each.to, is)
        nameIn(each.from, undefined)
        break
      }
      case 'unlink':
        nameIn(each.path, undefined)
        break
      case 'make-folder':
        folders.set(each.path, { safe: new Map(), pending: [] })
        nameIn(each.path, 'folder')
        break
      case 'sync-folder': {
        const folder = folders.get(each.path)
        for (const { name, is } of folder?.pending ?? []) {
          if (is === undefined) folder!.safe.delete(name)
          else folder!.safe.set(name, is)
        }
        if (folder) folder.pending = []
        break
      }
      case 'promised':
    }
  }
  const write = (path: string): void => {
    const folder = folders.get(path)!
    const to = join(target, relative(root, path))
    fs.mkdirSync(to, { recursive: true })
    const names: Names = new Map(folder.safe)
    for (const { name, is } of folder.pending) {
      if (!cut.keeps()) continue
      if (is === undefined) names.delete(name)
      else names.set(name, is)
    }
    for (const [name, is] of names) {
      if (is === 'folder') write(join(path, name))
      else fs.writeFileSync(join(to, name), tear(files.get(is)!, cut))
    }
  }
  write(root)
}
