import { failed, ok, type Result } from '../../core/result.js'
import { isDeepStrictEqual } from 'node:util'
import { sameComments } from '../format/check-same.js'
import { sheetOf } from '../format/format.js'
import { printSheet } from '../format/print.js'
import { isBranch, keyOf, nodesOf, type Branch } from '../format/tree.js'
import { createReporter } from '../reporter.js'
import { sourceFile } from '../source-file.js'
import { isRecipe } from '../root.js'
import { currentVersion, tellNewer, versionOf } from '../version.js'
import { readYaml } from '../yaml-document.js'
import { from0To1 } from './0-to-1.js'
import type { Migration } from './migration.js'

/** In the order in which they are applied. */
const migrations: readonly Migration[] = [from0To1]

export interface Migrated {
  readonly text: string
  /** The version that it was written in. */
  readonly from: number
  readonly to: number
  /** What was changed; empty where it was of this version already, and then the text is as it was. */
  readonly titles: readonly string[]
}

/** Values and keys of a tree, in order. */
const valuesOf = (root: Branch): unknown[] =>
  [...nodesOf(root)].map(node =>
    isBranch(node) ? [node.kind, node.entries.map(keyOf)] : node.style === 'alias' ? node.source : node.value,
  )

/**
 * A recipe in the language as it is now, laid out anew; keys stay in the order of the file. All that a migration cannot
 * carry over is told. Throws where the result would lose something: a bug of ours.
 */
export const migrateText = (given: string, path: string): Result<Migrated> => {
  const read = sheetOf(given, path)
  if (!read.ok) return read
  const { sheet } = read.value
  const source = sourceFile(path, sheet.text)
  const reporter = createReporter()
  const root = readYaml(source, reporter)!
  if (!isRecipe(root, source, reporter) || tellNewer(root, reporter)) return failed(...reporter.problems())
  const from = versionOf(root)
  if (from === undefined) {
    reporter.report(
      'cannot-migrate',
      'the recipe does not say which version of the language it is written in',
      root.entries.get('trimtab')?.value ?? { source, start: root.start, end: root.start + 1 },
      'Write trimtab: 0 or trimtab: 1 at its top.',
    )
    return failed(...reporter.problems())
  }
  if (from === currentVersion) return ok({ text: given, from, to: from, titles: [] })

  const due = migrations.filter(migration => migration.from >= from)
  for (const migration of due) {
    migration.apply(sheet, (message, { start, end }, hint) =>
      reporter.report('cannot-migrate', message, { source, start, end }, hint),
    )
    const problems = reporter.problems()
    if (problems.length > 0) return failed(...problems)
  }
  const text = printSheet(sheet)
  const again = sheetOf(text, path)
  if (
    !again.ok ||
    !isDeepStrictEqual(valuesOf(again.value.sheet.root), valuesOf(sheet.root)) ||
    !sameComments(sheet, text)
  )
    throw new Error(`the migration of ${path} would lose something`)
  return ok({ text, from, to: currentVersion, titles: due.map(({ title }) => title) })
}
