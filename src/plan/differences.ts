import { basename } from 'node:path'
import type { Digest } from '../core/brand.js'
import { partsText } from './micro-batches.js'

/** One thing in which an instance differs from a result that is stored. */
export interface Difference {
  readonly what:
    'kind' | 'revision' | 'config' | 'file' | 'input' | 'seed' | 'engine' | 'machine' | 'plug-in' | 'other'
  /** Field of the config (`config.epochs`) or port. */
  readonly name?: string
  readonly was?: unknown
  readonly is?: unknown
  /** In words. */
  readonly text: string
}

type Parts = Readonly<Record<string, unknown>>

/** The names that people know files by. */
export type FileNames = ReadonlyMap<Digest, string>

const isMap = (value: unknown): value is Parts =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** How a config in a key names a file: by its content. */
const digestOfFile = (value: unknown): Digest | undefined =>
  isMap(value) &&
  Object.keys(value).length === 1 &&
  typeof value['file'] === 'string' &&
  value['file'].startsWith('sha256:')
    ? (value['file'] as Digest)
    : undefined

const equal = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, at) => equal(each, b[at]))
  if (isMap(a) && isMap(b)) {
    const names = Object.keys(a)
    return (
      names.length === Object.keys(b).length &&
      names.every(name => Object.hasOwn(b, name) && equal(a[name], b[name]))
    )
  }
  return Object.is(a, b)
}

/** A value on a line: files by their names, and no more letters than a person reads. */
const valueText = (value: unknown, names: FileNames): string => {
  const shown = (each: unknown): unknown => {
    const digest = digestOfFile(each)
    if (digest !== undefined) return names.get(digest) ?? `file ${digest.slice(0, 15)}…`
    if (Array.isArray(each)) return each.map(shown)
    return isMap(each) ? Object.fromEntries(Object.entries(each).map(([k, v]) => [k, shown(v)])) : each
  }
  const text = JSON.stringify(shown(value)) ?? 'nothing'
  return text.length <= 70 ? text : `${text.slice(0, 67)}…`
}

const oneKey = (value: unknown): string | undefined => {
  const keys = isMap(value) ? Object.keys(value) : []
  return keys.length === 1 ? keys[0] : undefined
}

/** A variant (`adam: …` that became `sgd: …`) changes as a whole. */
const isVariant = (was: unknown, is: unknown): boolean => {
  const [before, now] = [oneKey(was), oneKey(is)]
  return before !== undefined && now !== undefined && before !== now
}

const listText = (
  name: string,
  was: readonly unknown[],
  is: readonly unknown[],
  names: FileNames,
): string => {
  const first = is.findIndex((each, at) => at >= was.length || !equal(each, was[at]))
  const from = first === -1 ? is.length : first
  const entry =
    from < is.length
      ? `entry ${from + 1} is ${valueText(is[from], names)}`
      : `entry ${from + 1} was ${valueText(was[from], names)}`
  return `${name} had ${was.length} entries, has ${is.length}: ${entry}`
}

/** Field by field, as deep as both have the same form. */
const fields = (name: string, was: unknown, is: unknown, names: FileNames): readonly Difference[] => {
  if (equal(was, is)) return []
  const file = digestOfFile(is)
  if (file !== undefined && digestOfFile(was) !== undefined)
    return [
      {
        what: 'file',
        name,
        was: digestOfFile(was),
        is: file,
        text: `file ${names.get(file) ?? name} has other content`,
      },
    ]
  const change: Omit<Difference, 'text'> = {
    what: 'config',
    name,
    ...(was === undefined ? {} : { was }),
    ...(is === undefined ? {} : { is }),
  }
  if (was === undefined) return [{ ...change, text: `${name} is new: ${valueText(is, names)}` }]
  if (is === undefined) return [{ ...change, text: `${name} was ${valueText(was, names)}, is gone` }]
  if (isMap(was) && isMap(is) && file === undefined && digestOfFile(was) === undefined && !isVariant(was, is))
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap(key =>
      fields(`${name}.${key}`, was[key], is[key], names),
    )
  if (Array.isArray(was) && Array.isArray(is)) {
    if (was.length === is.length)
      return is.flatMap((each, at) => fields(`${name}[${at}]`, was[at], each, names))
    return [{ ...change, text: listText(name, was, is, names) }]
  }
  return [{ ...change, text: `${name} was ${valueText(was, names)}, is ${valueText(is, names)}` }]
}

/** Files that no field names (the shards of a model), in the order in which they are read. */
const furtherFiles = (was: unknown, is: unknown, names: FileNames): readonly Difference[] => {
  const [before, now] = [was, is].map(each => (Array.isArray(each) ? (each as Digest[]) : []))
  if (before!.length !== now!.length)
    return [
      {
        what: 'file',
        was,
        is,
        text: `further files that are read: ${now!.length}, there were ${before!.length}`,
      },
    ]
  return now!.flatMap((digest, at): Difference[] =>
    digest === before![at]
      ? []
      : [
          {
            what: 'file',
            was: before![at],
            is: digest,
            text: `file ${names.get(digest) ?? digest} has other content`,
          },
        ],
  )
}

const engineText = (engine: unknown): string =>
  isMap(engine) ? `${String(engine['name'])} ${String(engine['version'])}` : 'none'

const word = (value: unknown, absent: string): string =>
  value === undefined ? absent : String(value as string | number)

/** Names in which two maps differ. */
const differing = (was: Parts, is: Parts): string[] =>
  [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(name => !equal(was[name], is[name]))

/** Which of a plug-in's files has other content, which of its packages another version. */
const pluginText = (was: unknown, is: unknown): string => {
  const [before, now] = [was, is].map(each => (isMap(each) ? each : {}))
  const files = differing(
    isMap(before!['files']) ? before!['files'] : {},
    isMap(now!['files']) ? now!['files'] : {},
  )
  if (files.length > 0)
    return `the plug-in's ${files.join(', ')} ${files.length === 1 ? 'has' : 'have'} other content`
  const [packages, others] = [now, before].map(each =>
    Array.isArray(each!['packages']) ? (each!['packages'] as unknown[]) : [],
  )
  const fresh = packages!.filter(each => !others!.includes(each))
  return fresh.length > 0
    ? `the plug-in imports ${fresh.join(', ')} now`
    : 'the plug-in imports other packages'
}

const simple: Readonly<Record<string, (was: unknown, is: unknown) => Omit<Difference, 'was' | 'is'>>> = {
  kind: (was, is) => ({ what: 'kind', text: `kind was ${String(was)}, is ${String(is)}` }),
  revision: (was, is) => ({ what: 'revision', text: `revision ${String(was)} → ${String(is)}` }),
  seed: (was, is) => ({
    what: 'seed',
    text: `seed was ${word(was, 'none')}, is ${word(is, 'none')}`,
  }),
  engine: (was, is) => ({ what: 'engine', text: `engine ${engineText(was)} → ${engineText(is)}` }),
  machine: (was, is) => ({
    what: 'machine',
    text: `machine was ${word(was, 'any')}, is ${word(is, 'any')}`,
  }),
  microBatch: (was, is) => ({ what: 'other', name: 'microBatch', text: partsText(was, is) }),
  module: (was, is) => ({ what: 'plug-in', text: pluginText(was, is) }),
}

/**
 * All in which the parts of a key differ from those of a stored result, but for its inputs. Where even the kind is
 * another, nothing else can be compared.
 */
export const differencesOf = (was: Parts, is: Parts, names: FileNames): readonly Difference[] => {
  const differ = [...new Set([...Object.keys(is), ...Object.keys(was)])].filter(
    name => name !== 'inputs' && !equal(was[name], is[name]),
  )
  const wanted = differ.includes('kind') ? ['kind'] : differ
  return wanted.flatMap((name): readonly Difference[] => {
    if (name === 'config') return fields('config', was['config'] ?? {}, is['config'] ?? {}, names)
    if (name === 'files') return furtherFiles(was['files'], is['files'], names)
    const said = simple[name]
    const both = { was: was[name], is: is[name] }
    if (said) return [{ ...said(was[name], is[name]), ...both }]
    return [
      {
        what: 'other',
        name,
        ...both,
        text: `${name} was ${valueText(was[name], names)}, is ${valueText(is[name], names)}`,
      },
    ]
  })
}

/** Names of an instance's files by their content. */
export const namesOf = (
  files: Readonly<Record<string, { readonly path: string; readonly digest: Digest }>>,
): FileNames => new Map(Object.values(files).map(({ path, digest }) => [digest, basename(path)]))
