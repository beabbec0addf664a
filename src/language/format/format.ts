import type { Problem } from '../../core/problem.js'
import { failed, ok, type Result } from '../../core/result.js'
import { createReporter } from '../reporter.js'
import { sourceFile } from '../source-file.js'
import { isRecipe } from '../top.js'
import { readYaml } from '../yaml-document.js'
import { arrange } from './arrange.js'
import { saysTheSame } from './check-same.js'
import { printSheet } from './print.js'
import { readSheet } from './read-sheet.js'
import type { Sheet } from './tree.js'

/** Without a byte order mark, lines ending in `\n`: neither says anything in YAML. */
const unified = (text: string): string => text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')

/** What keeps a text from being laid out: faults of its YAML. `path`: what its problems call it. */
export const sheetOf = (given: string, path: string): Result<Sheet> => {
  const reporter = createReporter()
  const source = sourceFile(path, given)
  const root = readYaml(source, reporter)
  if (root) isRecipe(root, source, reporter)
  const problems: Problem[] = reporter.problems()
  return problems.length > 0 ? failed(...problems) : ok(readSheet(unified(given)))
}

/**
 * A recipe in its canonical layout: the same data and comments, whatever the layout was. Only YAML is asked for; a
 * recipe with other mistakes is laid out too. Throws where the result would say something else: a bug of ours.
 */
export const formatText = (given: string, path: string): Result<string> => {
  const read = sheetOf(given, path)
  if (!read.ok) return read
  const sheet = read.value
  const { text } = sheet
  arrange(sheet)
  const laid = printSheet(sheet)
  if (!saysTheSame(text, laid)) throw new Error(`the layout of ${path} would change what it says`)
  return ok(laid)
}
