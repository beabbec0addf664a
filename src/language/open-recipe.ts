import { realpathSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import type { AnyStepSpec } from '../steps/define-step.js'
import { readLayers } from './extends.js'
import type { MapNode, Node } from './node.js'
import { loadPlugins } from './plugins.js'
import { projectOf } from './project.js'
import { readText, type OpenTexts } from './read-text.js'
import type { Reporter } from './reporter.js'
import { findShipped } from './shipped.js'
import { sourceFile, type SourceFile } from './source-file.js'
import { tellOtherVersion } from './version.js'
import { readYaml } from './yaml-document.js'

export interface OpenOptions {
  /** Path of the recipe, from `cwd`, or `trimtab:NAME`. */
  readonly file: string
  readonly cwd: string
  readonly kinds: readonly AnyStepSpec[]
  /** Files and folders outside of the project that may be read. */
  readonly allow?: readonly string[]
  /** False: plug-ins are not imported, since that runs code of the recipe's. Absent: true. */
  readonly trustPlugins?: boolean
  /** For editors: what is being written is read as it stands there. */
  readonly open?: OpenTexts
}

/** A recipe with all of its files and kinds at hand, before anything of it is checked. */
export interface Opened {
  /** The recipe's own text first. */
  readonly sources: readonly SourceFile[]
  /** Bases first. Empty where the recipe is no map. */
  readonly layers: readonly MapNode[]
  readonly root: Node
  readonly project: string
  /** Files and folders outside of the project that may be read. */
  readonly allowed: readonly string[]
  readonly kinds: readonly AnyStepSpec[]
  /** Some plug-in was not loaded. */
  readonly incomplete: boolean
}

/** A path without symlinks; of a file that was never saved, the path itself. */
const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Reads a recipe, all that it extends, and its plug-ins; undefined where its text cannot be read, which was told. */
export const openRecipe = async (options: OpenOptions, reporter: Reporter): Promise<Opened | undefined> => {
  const { cwd, kinds } = options
  const named = findShipped(options.file)
  if (named && named.path === undefined) {
    reporter.report('recipe-missing', named.message, undefined, named.hint)
    return undefined
  }
  const path = named?.path ?? resolve(cwd, options.file)
  const read = await readText(path, 'recipe', options.open && (() => options.open?.(realPath(path))))
  if ('fault' in read) {
    const { code, message, hint } = read.fault
    reporter.report(code, message(relative(cwd, path) || '.'), undefined, hint?.(cwd))
    return undefined
  }
  const source = sourceFile(realPath(path), read.text)
  const project = projectOf(dirname(source.path))
  const outside = (options.allow ?? []).map(each => resolve(cwd, each))
  const root = readYaml(source, reporter)
  if (!root) return undefined
  if (root.kind !== 'map')
    return { sources: [source], layers: [], root, project, allowed: outside, kinds, incomplete: false }
  if (tellOtherVersion(root, reporter)) return undefined
  const found = await readLayers(root, source, {
    project,
    allowed: outside,
    reporter,
    ...(options.open ? { open: options.open } : {}),
  })
  if (!found) return undefined
  const { roots: layers, sources, shipped, allowed: here } = found
  const allowed = [...outside, ...shipped]
  const trusted = options.trustPlugins !== false
  const plugins = await loadPlugins(layers, {
    kinds,
    trusted,
    project,
    // Those of the recipe's own files: what they are made of is theirs to allow.
    allowed: [...allowed, ...here],
    reporter,
  })
  return { sources, layers, root, project, allowed, ...plugins }
}
