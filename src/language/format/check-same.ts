import { isDeepStrictEqual } from 'node:util'
import { plainOf } from '../node.js'
import { createReporter } from '../reporter.js'
import { sourceFile } from '../source-file.js'
import { readYaml } from '../yaml-document.js'
import { commentsOf } from './comments.js'

const dataOf = (text: string): unknown => {
  const reporter = createReporter()
  const node = readYaml(sourceFile('', text), reporter)
  return reporter.problems().length > 0 || !node ? undefined : plainOf(node)
}

const commentTexts = (text: string): string[] =>
  commentsOf(text)
    .map(each => each.text)
    .sort()

/** Are these the same comments? In which order they stand is not asked. */
export const sameComments = (before: string, after: string): boolean =>
  isDeepStrictEqual(commentTexts(before), commentTexts(after))

/** Do two texts hold the same data, and the same comments? */
export const saysTheSame = (before: string, after: string): boolean => {
  const data = dataOf(before)
  return data !== undefined && isDeepStrictEqual(data, dataOf(after)) && sameComments(before, after)
}
