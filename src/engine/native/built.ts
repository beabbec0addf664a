import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a built engine's `engine.json` says: the addon, and what it was built from. Paths are relative to its folder. */
export interface BuiltEngine {
  readonly format: 1
  readonly engine: 'native'
  /** `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`: whose sources the addon was compiled from. */
  readonly package: { readonly name: string; readonly version: string }
  /** Version of TensorFlow, for example `2.21.0`. */
  readonly tensorflow: string
  /** Whether TensorFlow's libraries hold kernels for NVIDIA GPUs. */
  readonly device: 'cpu' | 'cuda'
  readonly addon: {
    readonly file: string
    readonly bytes: number
    /** SHA-256, hexadecimal. */
    readonly digest: string
    /** Version of Node's N-API that it was compiled for; any Node from then on loads it. */
    readonly napi: number
    readonly platform: string
    readonly arch: string
  }
  /** TensorFlow's libraries, which the addon loads. Their folder may be a link to where pip installed them. */
  readonly libraries: readonly { readonly file: string; readonly bytes: number }[]
  /** What TensorFlow came from, for people: the file name of a wheel, or a folder. */
  readonly source: string
  /** Compiler and Node that built it, for people. */
  readonly builtWith: string
}

/** An engine with its place. */
export interface Found extends BuiltEngine {
  readonly name: string
  readonly folder: string
}

export const manifestFile = 'engine.json'

/** Names the engine that is used where several are built: the last one built. */
export const currentFile = 'current'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const isText = (...values: unknown[]): boolean => values.every(value => typeof value === 'string')

const isFile = (value: unknown): boolean =>
  isRecord(value) && isText(value['file']) && typeof value['bytes'] === 'number'

const isBuilt = (value: unknown): value is BuiltEngine => {
  if (!isRecord(value) || value['format'] !== 1 || value['engine'] !== 'native') return false
  const { package: from, addon, libraries, device } = value
  return (
    isRecord(from) &&
    isRecord(addon) &&
    isText(from['name'], from['version'], value['tensorflow'], value['source'], value['builtWith']) &&
    isText(addon['digest'], addon['platform'], addon['arch']) &&
    isFile(addon) &&
    (device === 'cpu' || device === 'cuda') &&
    Array.isArray(libraries) &&
    libraries.every(isFile)
  )
}

/** The engine in a folder; undefined where none is, or where its description is damaged. */
export const readBuilt = (engines: string, name: string): Found | undefined => {
  try {
    const value: unknown = JSON.parse(readFileSync(join(engines, name, manifestFile), 'utf8'))
    return isBuilt(value) ? { ...value, name, folder: join(engines, name) } : undefined
  } catch {
    return undefined
  }
}

const currentOf = (engines: string): string | undefined => {
  try {
    return readFileSync(join(engines, currentFile), 'utf8').trim()
  } catch {
    return undefined
  }
}

/** 2.9 before 2.12, newest first. */
const newestFirst = (a: Found, b: Found): number =>
  b.tensorflow.localeCompare(a.tensorflow, 'en', { numeric: true }) || (a.name < b.name ? -1 : 1)

/** Every built engine of a folder, in the order in which they are tried: the current one, then the newest TensorFlow first. */
export const listBuilt = (engines: string): Found[] => {
  let names: string[]
  try {
    names = readdirSync(engines).filter(name => !name.startsWith('.'))
  } catch {
    return []
  }
  const found = names.flatMap(name => readBuilt(engines, name) ?? []).sort(newestFirst)
  const current = currentOf(engines)
  return [...found.filter(({ name }) => name === current), ...found.filter(({ name }) => name !== current)]
}

const sizeOf = (path: string): number | undefined => {
  try {
    return statSync(path).size
  } catch {
    return undefined
  }
}

/** What is wrong with an engine's libraries, by their sizes alone; undefined where nothing is. */
export const librariesFault = ({ folder, libraries, name }: Found): string | undefined => {
  for (const library of libraries) {
    const path = join(folder, library.file)
    const bytes = sizeOf(path)
    if (bytes === undefined) return `TensorFlow's library of the engine ${name} is gone: ${path}`
    if (bytes !== library.bytes)
      return `TensorFlow's library of the engine ${name} is another one than it was built with: ${path}`
  }
  return undefined
}

/** The addon is 80 KB: its bytes are read, since a step's key names them. */
const digestOf = (path: string): string | undefined => {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex')
  } catch {
    return undefined
  }
}

/** What is wrong with an engine's files: the addon's bytes, the libraries' sizes; undefined where nothing is. */
export const damageOf = (engine: Found): string | undefined => {
  const { folder, addon, name } = engine
  if (addon.platform !== process.platform || addon.arch !== process.arch)
    return `the engine ${name} was built for ${addon.platform} on ${addon.arch}, this is ${process.platform} on ${process.arch}`
  const path = join(folder, addon.file)
  const digest = digestOf(path)
  if (digest === undefined) return `the addon of the engine ${name} is gone: ${path}`
  if (digest !== addon.digest) return `the addon of the engine ${name} is not the file that was built`
  return librariesFault(engine)
}
