import { existsSync, readdirSync } from 'node:fs'
import { basename, isAbsolute, join, relative, resolve } from 'node:path'
import type { InstanceId } from '../../core/brand.js'
import type { FileRef } from '../../core/step-file.js'
import type { Change } from '../../judge/reproduction.js'
import { fileReader } from '../../plan/files.js'
import type { InstanceRecord } from '../../store/run-record.js'

/** A file that the run read, and where it lies now. */
export interface FoundData {
  /** As recorded. */
  readonly path: string
  /** Absent: nowhere, or with other content than then. */
  readonly lies?: string
  readonly change?: Change
}

export interface FindingOptions {
  /** The run's project, as recorded. */
  readonly project: string
  /** Where the project lies now. Absent: where it lay. */
  readonly now?: string
  /** A folder where files are looked for by name and content that are not at their place. */
  readonly data?: string
}

/** Files that the steps read, each with the steps that do. */
const filesOf = (
  instances: readonly InstanceRecord[],
): ReadonlyMap<string, { readonly file: FileRef; readonly steps: InstanceId[] }> => {
  const all = new Map<string, { readonly file: FileRef; readonly steps: InstanceId[] }>()
  for (const { instance, files = [] } of instances)
    for (const file of files) {
      const known = all.get(file.path)
      if (known) known.steps.push(instance)
      else all.set(file.path, { file, steps: [instance] })
    }
  return all
}

const placeNow = (path: string, { project, now }: FindingOptions): string => {
  const way = relative(project, path)
  const inside = !way.startsWith('..') && !isAbsolute(way)
  return now !== undefined && inside ? resolve(now, way) : path
}

/** Paths below a folder by their last name. */
const byName = (folder: string): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    found.set(entry.name, [...(found.get(entry.name) ?? []), join(entry.parentPath, entry.name)])
  return found
}

const short = (digest: string): string => `${digest.slice(0, 19)}…`

/** Looks for every file that the steps read: at its place, else by name and content in a folder that was given. */
export const findData = async (
  instances: readonly InstanceRecord[],
  options: FindingOptions,
): Promise<readonly FoundData[]> => {
  const read = fileReader()
  const elsewhere =
    options.data !== undefined && existsSync(options.data)
      ? byName(options.data)
      : new Map<string, string[]>()
  const find = async ({ file, steps }: { file: FileRef; steps: InstanceId[] }): Promise<FoundData> => {
    const { path, digest } = file
    const place = placeNow(path, options)
    const there = await read(place)
    if ('digest' in there && there.digest === digest) return { path, lies: place }
    for (const other of elsewhere.get(basename(path)) ?? []) {
      const found = await read(other)
      if ('digest' in found && found.digest === digest) return { path, lies: other }
    }
    const is = 'digest' in there ? there.digest : undefined
    return {
      path,
      ...(is === undefined ? {} : { lies: place }),
      change: {
        what: 'data',
        text:
          is === undefined
            ? `${place} cannot be read: ${'message' in there ? there.message : ''}`
            : `${place} has other content: it was ${short(digest)}, is ${short(is)}`,
        steps,
        was: digest,
        ...(is === undefined ? {} : { is }),
      },
    }
  }
  return Promise.all([...filesOf(instances).values()].map(find))
}
