import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { describeValue, plainOf, type MapNode, type Node, type ScalarNode } from './node.js'
import { hideSecrets } from './param-declarations.js'
import { mayRead, pathFault } from './paths.js'
import { readText, type OpenTexts } from './read-text.js'
import type { Reporter } from './reporter.js'
import { findShipped, shippedFolder } from './shipped.js'
import { sourceFile, type SourceFile } from './source-file.js'
import { tellOtherVersion } from './version.js'
import { readYaml } from './yaml-document.js'

/** Recipes that may stand on each other. */
const deepest = 20
/** Files that one recipe may be made of. */
const mostFiles = 100
/** Characters that they may have together. */
const mostText = 16_000_000

/** A recipe's own text and those that it extends. */
export interface Layers {
  /** Bases first, the recipe itself last; a base that several share once, before all of them. */
  readonly roots: readonly MapNode[]
  /** The recipe itself first. */
  readonly sources: readonly SourceFile[]
  /** Folders outside of the project that bases brought along: those of the recipes that ship with Trimtab. */
  readonly shipped: readonly string[]
  /** What `allowPaths` of all of them allows. */
  readonly allowed: readonly string[]
}

export interface LayersContext {
  readonly project: string
  readonly allowed: readonly string[]
  readonly reporter: Reporter
  readonly open?: OpenTexts
}

const isText = (node: Node): node is ScalarNode & { readonly value: string } =>
  node.kind === 'scalar' && typeof node.value === 'string' && node.value !== ''

/** Top-level lists of paths, as far as they are ones. */
const allowedBy = (root: MapNode): string[] => {
  const list = root.entries.get('allowPaths')?.value
  return list?.kind === 'list'
    ? list.items.filter(isText).map(item => resolve(dirname(item.source.path), item.value))
    : []
}

/** The paths that `extends` names, each with its node; undefined where it is faulty, which was told. */
const namedBy = (root: MapNode, reporter: Reporter): (ScalarNode & { value: string })[] | undefined => {
  const entry = root.entries.get('extends')
  if (!entry) return []
  const { key, value } = entry
  const nodes = value.kind === 'list' ? value.items : [value]
  const wrong = nodes.filter(node => !isText(node))
  for (const node of wrong)
    reporter.report(
      'wrong-type',
      `extends takes the path of a recipe, \`trimtab:NAME\`, or a list of these, and is ${describeValue(plainOf(node))}`,
      node.start === node.end ? key : node,
    )
  const texts = nodes.filter(isText)
  const expressions = texts.filter(node => node.value.includes('${{'))
  for (const node of expressions)
    reporter.report(
      'expression-not-here',
      'extends must be a path, not an expression',
      node,
      'What a recipe is made of must be known before its params are.',
    )
  return wrong.length + expressions.length > 0 ? undefined : texts
}

/**
 * Reads all that a recipe extends. Undefined where something of it cannot be read: that was told at its place, and
 * whatever else is said of a recipe that lacks a part would be an echo.
 */
export const readLayers = async (
  root: MapNode,
  source: SourceFile,
  { project, allowed, reporter, open }: LayersContext,
): Promise<Layers | undefined> => {
  const roots: MapNode[] = []
  const sources = [source]
  const brought = new Set<string>()
  const reach = { project, allowed: [...allowed] }
  const done = new Set<string>()
  let size = source.text.length
  let complete = true
  const refuse = (...fault: Parameters<Reporter['report']>): undefined => {
    complete = false
    reporter.report(...fault)
  }

  /** Where a base lies; undefined where it does not, which was told. */
  const pathOf = (node: ScalarNode & { value: string }): string | undefined => {
    const shipped = findShipped(node.value)
    const fault = pathFault(node.value)
    if (fault !== undefined) return refuse('wrong-value', `the path ${fault}`, node)
    if (!shipped) return resolve(dirname(node.source.path), node.value)
    if (shipped.path === undefined) return refuse('extends-missing', shipped.message, node, shipped.hint)
    brought.add(shippedFolder())
    reach.allowed.push(shippedFolder())
    return shipped.path
  }

  const show = (path: string): string => {
    const near = relative(dirname(source.path), path)
    return near.startsWith(join('..', '..', '..')) ? basename(path) : near
  }

  /** Reads one base with all below it. `trail`: real paths from the recipe to the file that names it. */
  const readBase = async (node: ScalarNode & { value: string }, trail: readonly string[]): Promise<void> => {
    const path = pathOf(node)
    if (path === undefined) return
    const real = existsSync(path) ? realpathSync(path) : path
    if (trail.includes(real)) {
      const circle = [...trail.slice(trail.indexOf(real)), real].map(show)
      const message =
        circle.length === 2
          ? `${circle[0]} extends itself`
          : `${circle[0]} extends itself along ${circle.join(' → ')}`
      return refuse('extends-cycle', message, node, 'Remove one of these `extends`.')
    }
    if (done.has(real)) return
    if (trail.length > deepest)
      return refuse('too-deep', `recipes extend each other more than ${deepest} deep`, node)
    if (!mayRead(path, reach))
      return refuse(
        'path-outside',
        `${node.value} lies outside of the project (${project})`,
        node,
        'Allow it with `allowPaths: [FOLDER]` at the top of the recipe.',
      )
    const read = await readText(path, 'base', open && (() => open(real)))
    if ('fault' in read) {
      const { code, message, hint } = read.fault
      return refuse(code, message(node.value), node, hint?.(dirname(node.source.path)))
    }
    done.add(real)
    size += read.text.length
    if (done.size >= mostFiles || size > mostText)
      return refuse(
        'too-large',
        done.size >= mostFiles
          ? `a recipe may extend ${mostFiles - 1} files`
          : `a recipe and all that it extends may have ${mostText} characters together`,
        node,
      )
    const base = sourceFile(real, read.text)
    sources.push(base)
    const before = reporter.count()
    const whole = readYaml(base, reporter)
    if (reporter.count() > before) complete = false
    if (!whole) return
    if (whole.kind === 'map') {
      if (!tellOtherVersion(whole, reporter)) return visit(whole, [...trail, real])
      complete = false
      return
    }
    const value = plainOf(whole)
    const place = { source: base, start: Math.min(whole.start, whole.end), end: whole.end }
    return value === null
      ? refuse('empty-recipe', 'the file holds no recipe', { ...place, start: 0, end: 0 })
      : refuse('wrong-type', `a recipe must be a map, and is ${describeValue(value)}`, place)
  }

  const visit = async (map: MapNode, trail: readonly string[]): Promise<void> => {
    if (tellOtherVersion(map, reporter)) {
      complete = false
      return
    }
    hideSecrets(map.entries.get('params')?.value)
    reach.allowed.push(...allowedBy(map))
    const named = namedBy(map, reporter)
    if (!named) complete = false
    for (const node of named ?? []) await readBase(node, trail)
    roots.push(map)
  }

  await visit(root, [source.path])
  return complete ? { roots, sources, shipped: [...brought], allowed: reach.allowed } : undefined
}
