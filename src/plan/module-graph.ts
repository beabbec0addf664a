import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, extname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Digest } from '../core/brand.js'
import type { FoundFile } from './files.js'

/** What a plug-in's code is: equal ones compute the same. */
export interface ModuleIdentity {
  /** By way from the entry's folder: every file of the project that it reaches by imports. */
  readonly files: Readonly<Record<string, Digest>>
  /** `name@version` of each package that these import. */
  readonly packages: readonly string[]
}

/** What a module asks for. */
interface Import {
  readonly specifier: string
  /** By `require`, which looks for a file's ending and for `index.js`. */
  readonly required: boolean
}

const code = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])

/** Literal `require('…')`; one inside a comment adds a file to the key, which is no harm. */
const required = /\brequire\s*\(\s*(?:'([^'\n]+)'|"([^"\n]+)")\s*\)/g

/** Literal imports of a text, static and dynamic. What is computed cannot be followed. */
const importsOf = async (text: string): Promise<Import[]> => {
  const { init, parse } = await import('es-module-lexer')
  await init()
  const requires = [...text.matchAll(required)].map(([, single, double]) => ({
    specifier: single ?? double ?? '',
    required: true,
  }))
  try {
    const [imports] = parse(text)
    const imported = imports.flatMap((each): Import[] =>
      each.type === 'import-meta' || each.specifier === undefined || (each.type === 'dynamic' && each.glob)
        ? []
        : [{ specifier: each.specifier, required: false }],
    )
    return [...imported, ...requires]
  } catch {
    // Not a module of ECMAScript: what it requires is all that can be told.
    return requires
  }
}

/** The package that a file belongs to. */
const packageOf = (
  file: string,
): { readonly name: string; readonly version: string; readonly manifest: string } | undefined => {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest))
      try {
        const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>
        // Packages of two formats keep one without a name beside each.
        if (typeof name === 'string')
          return { name, version: typeof version === 'string' ? version : '', manifest }
      } catch {
        // A manifest that cannot be read names nothing.
      }
    if (dirname(folder) === folder) return undefined
  }
}

const isInstalled = (file: string): boolean => file.split(sep).includes('node_modules')

/**
 * Identity of a plug-in's module: its own file, and every file of the project that it reaches by relative imports
 * or through a linked package, by content; installed packages by name and version. `looked`: gathers every file that
 * this was told by.
 */
export const moduleIdentity = async (
  url: string,
  read: (path: string) => Promise<FoundFile>,
  looked?: Set<string>,
): Promise<ModuleIdentity> => {
  if (!url.startsWith('file:') || !existsSync(fileURLToPath(url))) return { files: {}, packages: [] }
  const { resolve } = await import('import-meta-resolve')
  const entry = realpathSync(fileURLToPath(url))
  const home = dirname(entry)
  const files = new Map<string, Digest>()
  const packages = new Set<string>()

  /** The file that an import means; undefined where there is none. */
  const find = ({ specifier, required: byRequire }: Import, from: string): string | undefined => {
    try {
      const found = byRequire
        ? createRequire(from).resolve(specifier)
        : fileURLToPath(resolve(specifier, pathToFileURL(from).href))
      return existsSync(found) ? realpathSync(found) : undefined
    } catch {
      return undefined
    }
  }

  const addPackage = (file: string): void => {
    const found = packageOf(file)
    if (!found) return
    packages.add(`${found.name}@${found.version}`)
    looked?.add(found.manifest)
  }

  const waiting = [entry]
  const seen = new Set(waiting)
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (isInstalled(file)) {
      addPackage(file)
      continue
    }
    const found = await read(file)
    if (!('digest' in found)) continue
    looked?.add(file)
    files.set(relative(home, file).replaceAll(sep, '/'), found.digest)
    if (!code.has(extname(file))) continue
    for (const each of await importsOf(readFileSync(file, 'utf8'))) {
      const { specifier } = each
      if (isBuiltin(specifier) || /^(data|https?):/.test(specifier)) continue
      const target = find(each, file)
      const isRelative = /^(\.{1,2}\/|\/|file:)/.test(specifier)
      if (target === undefined) packages.add(`${specifier}@missing`)
      else if (!isRelative && packageOf(target)?.name === 'trimtab') addPackage(target)
      else if (!seen.has(target)) {
        seen.add(target)
        waiting.push(target)
      }
    }
  }
  return { files: Object.fromEntries([...files].sort(byName)), packages: [...packages].sort() }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0
