import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { nearest } from '../core/nearest.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { MapNode, Node, ScalarNode } from './node.js'
import { mayRead, pathFault } from './paths.js'
import { isMeantAsSpec, sayError, specFault, specOf } from './plugin-spec.js'
import type { Reporter } from './reporter.js'

export interface PluginsContext {
  readonly kinds: readonly AnyStepSpec[]
  /** False: no code of the recipe's is run. */
  readonly trusted: boolean
  readonly project: string
  readonly allowed: readonly string[]
  readonly reporter: Reporter
}

export interface Plugins {
  /** All kinds: the given ones, then those of plug-ins. */
  readonly kinds: readonly AnyStepSpec[]
  /** Some plug-in was not loaded: a kind that nobody knows may be one of its. */
  readonly incomplete: boolean
}

type Text = ScalarNode & { readonly value: string }
const isText = (node: Node): node is Text => node.kind === 'scalar' && typeof node.value === 'string'

/** Milliseconds that a module may take to load. */
const longest = 30_000

/** Words that stand for something else where kinds are named. */
const reserved = new Set(['select', 'pipeline', 'input', 'step', 'layer', 'expression'])

/** The list of all files of a recipe, bases first; `null` drops what bases say. */
const listOf = (roots: readonly MapNode[]): { readonly nodes: readonly Text[]; readonly faulty: boolean } => {
  let nodes: Text[] = []
  let faulty = false
  for (const root of roots) {
    const value = root.entries.get('plugins')?.value
    if (!value) continue
    if (value.kind === 'list') nodes.push(...value.items.filter(isText))
    else nodes = []
    // The schema of recipes tells of it.
    faulty ||=
      value.kind === 'list' ? !value.items.every(isText) : value.kind === 'map' || value.value !== null
  }
  return { nodes, faulty }
}

const isPath = (text: string): boolean => /^\.{1,2}(\/|\\|$)/.test(text) || isAbsolute(text)

const strips = (): boolean => Boolean((process.features as { typescript?: unknown }).typescript)

/** The URL of a plug-in that is a file; undefined where it cannot be used, which was told. */
const fileOf = (node: Text, { project, allowed, reporter }: PluginsContext): string | undefined => {
  const from = dirname(node.source.path)
  const path = resolve(from, node.value)
  const refuse = (code: string, message: string, hint?: string): undefined =>
    reporter.report(code, message, node, hint) as undefined
  const fault = pathFault(node.value)
  if (fault !== undefined) return refuse('wrong-value', `the path ${fault}`)
  if (!mayRead(path, { project, allowed }))
    return refuse(
      'path-outside',
      `${node.value} lies outside of the project (${project})`,
      'Allow it with `allowPaths: [FOLDER]` at the top of the recipe.',
    )
  if (!existsSync(path)) {
    let near: string | undefined
    try {
      near = nearest(basename(path), readdirSync(dirname(path)))
    } catch {
      // There is no such folder either.
    }
    const way = near && relative(from, join(dirname(path), near))
    return refuse(
      'plugin-missing',
      `there is no file ${node.value}`,
      way && `Did you mean "${way.startsWith('.') ? way : `./${way}`}"?`,
    )
  }
  const found = statSync(path)
  if (!found.isFile()) {
    const what = found.isDirectory() ? 'a folder' : 'a pipe or a device'
    return refuse('plugin-missing', `${node.value} is ${what}, not a module`, 'Name its file.')
  }
  if (/\.[cm]?tsx?$/.test(path) && !strips())
    return refuse(
      'plugin-invalid',
      `${node.value} is TypeScript, which this Node.js (${process.version}) does not run`,
      'Use Node.js 22.18 or later, or compile it to JavaScript.',
    )
  return pathToFileURL(realpathSync(path)).href
}

/** The URL of a plug-in that is a package, as the recipe's own folder finds it. */
const packageOf = async (node: Text, { reporter }: PluginsContext): Promise<string | undefined> => {
  const { resolve: find } = await import('import-meta-resolve')
  const refuse = (message: string, hint?: string): undefined =>
    reporter.report('plugin-missing', message, node, hint) as undefined
  try {
    const url = find(node.value, pathToFileURL(node.source.path).href)
    if (url.startsWith('file:') && existsSync(fileURLToPath(url))) return url
    return refuse(`"${node.value}" is no package of the project`)
  } catch (error) {
    const beside = existsSync(resolve(dirname(node.source.path), node.value))
    return refuse(
      `there is no package "${node.value}" in the project${error instanceof Error && 'code' in error && error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? ' that can be imported' : ''}`,
      beside ? `Write ./${node.value} for the file.` : `Install it in the project: npm install ${node.value}`,
    )
  }
}

/** Imports a module; undefined where it cannot be, which was told. */
const importFrom = async (
  url: string,
  node: Text,
  reporter: Reporter,
): Promise<Record<string, unknown> | undefined> => {
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`it did not end loading within ${longest / 1000} s`)),
        longest,
      )
    })
    return (await Promise.race([import(url), late])) as Record<string, unknown>
  } catch (error) {
    const lacks = /Cannot find package '([^']+)'/.exec(error instanceof Error ? error.message : '')?.[1]
    reporter.report(
      'plugin-broken',
      `plug-in ${node.value} cannot be loaded: ${sayError(error)}`,
      node,
      lacks === undefined
        ? error instanceof SyntaxError
          ? `\`node ${node.value}\` shows where.`
          : undefined
        : `Install it in the project: npm install ${lacks}`,
    )
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

/** The kinds that a module exports. */
const kindsOf = (
  module: Record<string, unknown>,
  url: string,
  node: Text,
  known: ReadonlyMap<string, AnyStepSpec>,
  reporter: Reporter,
): AnyStepSpec[] => {
  const meant = [...new Set(Object.values(module))].filter(isMeantAsSpec)
  const refuse = (code: string, message: string, hint?: string): [] => {
    reporter.report(code, `plug-in ${node.value}: ${message}`, node, hint)
    return []
  }
  if (meant.length === 0)
    return refuse('plugin-invalid', 'it exports no step kind', 'Export what `defineStep({kind: …})` gives.')
  const found = new Map<string, AnyStepSpec>()
  for (const value of meant) {
    const fault = specFault(value)
    const kind = String(value['kind'])
    if (fault !== undefined) {
      refuse('plugin-invalid', typeof value['kind'] === 'string' ? `kind "${kind}": ${fault}` : fault)
      continue
    }
    if (known.has(kind) || found.has(kind) || reserved.has(kind)) {
      refuse('plugin-kind-taken', `there is a kind "${kind}" already`, 'Give it another name.')
      continue
    }
    // A kind may keep its heavy half in another module of its own.
    const own =
      typeof value['module'] === 'string' && value['module'].startsWith('file:') ? value['module'] : url
    if (own === url && typeof module['run'] !== 'function') {
      refuse(
        'plugin-invalid',
        `kind "${kind}": the module exports no function \`run\``,
        'Export `run(step, context)` beside the kind.',
      )
      continue
    }
    found.set(kind, specOf(value, own))
  }
  return [...found.values()]
}

/** Loads the plug-ins that a recipe names, and gives all kinds. What is wrong with one is told where it is named. */
export const loadPlugins = async (roots: readonly MapNode[], context: PluginsContext): Promise<Plugins> => {
  const { kinds, trusted, reporter } = context
  const { nodes, faulty } = listOf(roots)
  if (nodes.length === 0) return { kinds, incomplete: faulty }
  if (!trusted) {
    reporter.report(
      'plugin-not-loaded',
      'plug-ins are not loaded here, so steps of their kinds are not checked',
      roots.findLast(root => root.entries.has('plugins'))!.entries.get('plugins')!.key,
      '`trimtab validate` loads them.',
      'warning',
    )
    return { kinds, incomplete: true }
  }
  const known = new Map(kinds.map(spec => [spec.kind, spec]))
  const urls = new Set<string>()
  let incomplete = faulty
  for (const node of nodes) {
    const before = reporter.count()
    if (node.value.includes('${{'))
      reporter.report('expression-not-here', 'a plug-in must be a path or a package, not an expression', node)
    else {
      const url = isPath(node.value) ? fileOf(node, context) : await packageOf(node, context)
      const module = url === undefined || urls.has(url) ? undefined : await importFrom(url, node, reporter)
      if (url !== undefined) urls.add(url)
      if (module) for (const spec of kindsOf(module, url!, node, known, reporter)) known.set(spec.kind, spec)
    }
    incomplete ||= reporter.count() > before
  }
  return { kinds: [...known.values()], incomplete }
}
