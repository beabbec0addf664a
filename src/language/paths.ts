import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { nearest } from '../core/nearest.js'
import type { Path } from '../core/problem.js'
import type { Schema } from './narrow.js'
import type { Reporter } from './reporter.js'
import type { Place } from './source-file.js'

/** What files a recipe may read, and which it was told are missing. */
export interface Reach {
  readonly project: string
  /** Files and folders outside of it that were allowed. */
  readonly allowed: readonly string[]
  /** First missing folder or file of paths already told of: one mistake, one problem. */
  readonly told: Set<string>
}

/** A path field of a checked config. */
interface Found {
  readonly path: Path
  readonly value: string
}

/** Path fields of a value, by a schema that was narrowed to it. */
export const pathFieldsOf = (schema: Schema, value: unknown, path: Path = []): Found[] => {
  if (schema['x-trimtab'] === 'path') return typeof value === 'string' ? [{ path, value }] : []
  if (Array.isArray(value)) {
    const { items, prefixItems } = schema
    return value.flatMap((each, index) => {
      const inner = prefixItems?.[index] ?? (Array.isArray(items) ? undefined : (items as Schema | undefined))
      return inner ? pathFieldsOf(inner, each, [...path, index]) : []
    })
  }
  if (typeof value !== 'object' || value === null || !schema.properties) return []
  return Object.entries(value).flatMap(([key, each]) => {
    const inner = Object.hasOwn(schema.properties!, key) ? schema.properties![key] : undefined
    return inner ? pathFieldsOf(inner, each, [...path, key]) : []
  })
}

/** A copy of a value with another member at a path. */
export const replaceAt = (value: unknown, [step, ...rest]: Path, member: unknown): unknown => {
  if (step === undefined) return member
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }
  const at = copy as Record<string | number, unknown>
  at[step] = replaceAt(at[step], rest, member)
  return copy
}

/** Is a path the folder, or below it? Both without symbolic links. */
export const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path)
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way))
}

/** Characters that a path may have; no system opens a longer one. */
const longest = 4096

/** Why a text can be no path, behind its subject; undefined where it can. */
export const pathFault = (written: string): string | undefined => {
  if (written.includes('\0')) return 'holds a NUL character, which no path has'
  return written.length > longest
    ? `has ${written.length} characters; a path has at most ${longest}`
    : undefined
}

/** The path with symlinks resolved, as far as it is there. */
const real = (path: string): string => {
  let [there, rest] = [path, '']
  for (;;) {
    try {
      return join(realpathSync(there), rest)
    } catch {
      const parent = dirname(there)
      if (parent === there) return path
      rest = join(basename(there), rest)
      there = parent
    }
  }
}

/** True for a path in the project, or allowed; symlinks are followed first. */
export const mayRead = (path: string, { project, allowed }: Pick<Reach, 'project' | 'allowed'>): boolean => {
  if (pathFault(path) !== undefined) return false
  const lies = real(path)
  return (
    isWithin(project, lies) ||
    allowed.some(each => pathFault(each) === undefined && isWithin(real(each), lies))
  )
}

/** The outermost part of a path that is not there. */
const firstMissing = (path: string): string => {
  let found = path
  while (dirname(found) !== found && !existsSync(dirname(found))) found = dirname(found)
  return found
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/**
 * Resolves a path field against the file that it stands in and checks that it is there and may be read. Undefined
 * where it cannot be used, which was told (once for all paths that lack the same folder).
 */
export const checkPath = (
  written: string,
  place: Place,
  reach: Reach,
  reporter: Reporter,
): string | undefined => {
  const from = dirname(place.source.path)
  const fault = pathFault(written)
  if (fault !== undefined) {
    reporter.report('wrong-value', `the path ${fault}`, place)
    return undefined
  }
  const path = resolve(from, written)
  const show = (each: string): string => {
    const near = relative(from, each)
    return near === '' || near.startsWith(join('..', '..')) ? each : near
  }
  if (!mayRead(path, reach)) {
    reporter.report(
      'path-outside',
      `${show(path)} lies outside of the project (${reach.project})`,
      place,
      'Allow it with `allowPaths: [FOLDER]` at the top of the recipe, or give it on the command line by a param of type path.',
    )
    return undefined
  }
  if (existsSync(path)) return path
  const missing = firstMissing(path)
  if (reach.told.has(missing)) return undefined
  reach.told.add(missing)
  const folder = dirname(missing)
  const near = nearest(basename(missing), namesIn(folder))
  reporter.report(
    'file-missing',
    missing === path
      ? `there is no file ${show(path)}`
      : `there is no folder ${show(missing)}, for ${show(path)}`,
    place,
    near === undefined ? undefined : `Did you mean "${show(join(folder, near))}"?`,
  )
  return undefined
}
