import type { Problem } from '../../core/problem.js'
import { failed, ok, type Result } from '../../core/result.js'
import { plainOf } from '../node.js'
import { createReporter } from '../reporter.js'
import { sourceFile } from '../source-file.js'
import { isRecipe } from '../root.js'
import { readYaml } from '../yaml-document.js'
import { arrange } from './arrange.js'
import { saysTheSame } from './check-same.js'
import { printSheet } from './print.js'
import { readSheet } from './read-sheet.js'
import type { Sheet } from './tree.js'

/** Without a byte order mark, lines ending in `\n`: neither says anything in YAML. */
const unified = (text: string): string => text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')

/** A sheet with its values as plain data. */
export interface Read {
  readonly sheet: Sheet
  readonly data: unknown
}

/** A recipe's text as a sheet, or the faults of its YAML. `path`: what its problems call it. */
export const sheetOf = (given: string, path: string): Result<Read> => {
  const reporter = createReporter()
  const source = sourceFile(path, given)
  const root = readYaml(source, reporter)
  if (root) isRecipe(root, source, reporter)
  const problems: Problem[] = reporter.problems()
  if (problems.length > 0 || !root) return failed(...problems)
  return ok({ sheet: readSheet(unified(given)), data: plainOf(root) })
}

/**
 * A recipe in its canonical layout: the same data and comments, whatever the layout was. Only YAML is asked for; a
 * recipe with other mistakes is laid out too. Throws where the result would say something else: a bug of ours.
 */
export const formatText = (given: string, path: string): Result<string> => {
  const read = sheetOf(given, path)
  if (!read.ok) return read
  const { sheet, data } = read.value
  arrange(sheet)
  const laid = printSheet(sheet)
  if (!saysTheSame(data, sheet, laid)) throw new Error(`the layout of ${path} would change what it says`)
  return ok(laid)
}
