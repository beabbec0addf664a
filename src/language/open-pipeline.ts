import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { OpenPipeline, PlacedText } from './composed.js'
import { mergeLayers } from './merge.js'
import { openRecipe, type OpenOptions } from './open-recipe.js'
import { mayRead, pathFault } from './paths.js'
import type { Reporter } from './reporter.js'
import { findShipped, shippedFolder } from './shipped.js'
import type { SourceFile } from './source-file.js'
import { readTop } from './top.js'

export interface PipelinesContext extends Pick<OpenOptions, 'trustPlugins' | 'open'> {
  readonly project: string
  readonly allowed: readonly string[]
  readonly kinds: readonly AnyStepSpec[]
  /** Gathers the files that are read, for frames and digests. */
  readonly sources: SourceFile[]
}

/** Where the recipe that a pipeline uses lies; undefined where it does not, which was told. */
const pathOf = (uses: PlacedText, reporter: Reporter): string | undefined => {
  const shipped = findShipped(uses.value)
  if (!shipped) return resolve(dirname(uses.source.path), uses.value)
  if (shipped.path !== undefined) return shipped.path
  reporter.report('pipeline-missing', shipped.message, uses, shipped.hint)
  return undefined
}

/** Opens the recipes that pipelines use, each with what it extends and its plug-ins. */
export const pipelineOpener =
  ({ project, allowed, kinds, sources, trustPlugins, open }: PipelinesContext): OpenPipeline =>
  async (uses, reporter) => {
    if (uses.value.includes('${{')) {
      reporter.report('expression-not-here', 'uses must be a path, not an expression', uses)
      return undefined
    }
    const fault = pathFault(uses.value)
    if (fault !== undefined) {
      reporter.report('wrong-value', `the path ${fault}`, uses)
      return undefined
    }
    const path = pathOf(uses, reporter)
    if (path === undefined) return undefined
    const reach = { project, allowed: [...allowed, shippedFolder()], told: new Set<string>() }
    if (!mayRead(path, reach)) {
      reporter.report(
        'path-outside',
        `${uses.value} lies outside of the project (${project})`,
        uses,
        'Allow it with `allowPaths: [FOLDER]` at the top of the recipe.',
      )
      return undefined
    }
    /** A recipe does not mean itself, nor one that `init` would write. */
    const isSelf = (hint: unknown): boolean =>
      typeof hint === 'string' &&
      (hint.includes('trimtab init') || hint.includes(`"${basename(uses.source.path)}"`))
    // What cannot be read is told where it is named.
    const here: Reporter = {
      ...reporter,
      report: (code, message, place, hint, severity) =>
        reporter.report(
          code === 'recipe-missing' ? 'pipeline-missing' : code,
          message,
          place ?? uses,
          code === 'recipe-missing' && isSelf(hint) ? undefined : hint,
          severity,
        ),
    }
    const from = dirname(uses.source.path)
    const options: OpenOptions = {
      file: relative(from, path),
      cwd: from,
      kinds,
      allow: reach.allowed,
      ...(trustPlugins === undefined ? {} : { trustPlugins }),
      ...(open ? { open } : {}),
    }
    const opened = await openRecipe(options, here)
    if (!opened) return undefined
    for (const each of opened.sources)
      if (!sources.some(known => known.path === each.path)) sources.push(each)
    const { root, layers } = opened
    const whole =
      root.kind === 'map'
        ? mergeLayers(layers, new Map(opened.kinds.map(spec => [spec.kind, spec])), reporter)
        : root
    const top = readTop(whole, opened.sources[0]!, reporter)
    const file = existsSync(path) ? realpathSync(path) : path
    return top && { top, kinds: opened.kinds, incomplete: opened.incomplete, file }
  }
