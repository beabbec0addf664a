import { isDeepStrictEqual } from 'node:util'
import { plainOf } from '../node.js'
import { createReporter } from '../reporter.js'
import { sourceFile } from '../source-file.js'
import { readYaml } from '../yaml-document.js'
import { commentsOf } from './comments.js'
import type { Sheet } from './tree.js'

const dataOf = (text: string): unknown => {
  const reporter = createReporter()
  const node = readYaml(sourceFile('', text), reporter)
  return reporter.problems().length > 0 || !node ? undefined : plainOf(node)
}

/** Does a text have a sheet's comments? In which order they stand is not asked. */
export const sameComments = ({ comments }: Sheet, text: string): boolean =>
  isDeepStrictEqual(
    [...comments].sort(),
    commentsOf(text)
      .map(each => each.text)
      .sort(),
  )

/** Does a text hold the data and the comments of a sheet? */
export const saysTheSame = (data: unknown, sheet: Sheet, text: string): boolean =>
  isDeepStrictEqual(data, dataOf(text)) && sameComments(sheet, text)
