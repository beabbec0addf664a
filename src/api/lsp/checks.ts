import type { Diagnostic, Range } from 'vscode-languageserver/node'
import type { EngineReport } from '../../engine/engine.js'
import { probeEngines } from '../../engine/probe.js'
import { entriesOf } from '../../language/editor/outline.js'
import { plan, type Memory } from '../validate.js'
import { diagnosticOf } from './diagnostics.js'
import { kindsOf } from './kinds.js'
import { isRecipe, outlineIn, type RecipeDocument } from './recipe-document.js'

export interface ChecksOptions {
  /** Text of an open document by its path. */
  readonly open: (path: string) => string | undefined
  readonly publish: (document: RecipeDocument, version: number, diagnostics: Diagnostic[]) => void
  readonly failed: (error: unknown) => void
  /** Whether the code of plug-ins may be run. */
  readonly isTrusted: () => boolean
}

/** Where a recipe says what it extends. */
const extendsIn = (document: RecipeDocument): Range | undefined => {
  const key = entriesOf(outlineIn(document).root).get('extends')?.key
  return key && { start: document.text.positionAt(key.start), end: document.text.positionAt(key.end) }
}

/** Waits at least and at most so long, in ms, after a change; in between a quarter of what the last check took. */
const [least, most] = [5, 250]

/**
 * Checks documents as they are written: `validate` over the text as it stands. A change makes the check that runs
 * for an earlier text stale; only what is said of the present text is published.
 */
export const createChecks = ({ open, publish, failed, isTrusted }: ChecksOptions) => {
  const files: Memory['files'] = new Map()
  const inspections: Memory['inspections'] = new Map()
  const timers = new Map<RecipeDocument, NodeJS.Timeout>()
  const closed = new WeakSet<RecipeDocument>()
  let engines: readonly EngineReport[] | undefined
  let took = 0

  const check = async (document: RecipeDocument): Promise<void> => {
    const { version } = document.text
    const text = document.text.getText()
    const isStale = () => closed.has(document) || document.text.version !== version
    if (!isRecipe(document.path, text)) {
      publish(document, version, [])
      return
    }
    const began = performance.now()
    engines ??= await probeEngines()
    const planned = await plan(
      // An editor asks no remote.
      { recipe: document.path, open, trustPlugins: isTrusted(), remote: 'none' },
      { engines, files, inspections, isStale },
    )
    if (isStale()) return
    took = performance.now() - began
    if (planned.recipe && planned.plan) {
      document.planned = planned
      document.kinds = kindsOf(planned.kinds)
    }
    const isElsewhere = planned.problems.some(({ at }) => at !== undefined && at.file !== document.path)
    const extending = isElsewhere ? extendsIn(document) : undefined
    publish(
      document,
      version,
      planned.problems.map(problem => diagnosticOf(problem, document.path, extending)),
    )
  }

  return {
    /** Checks a document once its author has paused for a moment. */
    schedule: (document: RecipeDocument): void => {
      clearTimeout(timers.get(document))
      const delay = Math.min(most, Math.max(least, took / 4))
      timers.set(
        document,
        setTimeout(() => void check(document).catch(failed), delay),
      )
    },
    forget: (document: RecipeDocument): void => {
      clearTimeout(timers.get(document))
      timers.delete(document)
      closed.add(document)
    },
  }
}
