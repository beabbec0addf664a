import { describeValue, plainOf, type MapNode, type Node } from './node.js'
import type { Reporter } from './reporter.js'
import type { SourceFile } from './source-file.js'

/** Is it a map? What else it is was told. */
export const isRecipe = (root: Node, source: SourceFile, reporter: Reporter): root is MapNode => {
  if (root.kind === 'map') return true
  const value = plainOf(root)
  const start = root.end > root.start ? root.start : 0
  const place = { source, start, end: Math.max(start, root.end) }
  if (value === null)
    reporter.report(
      'empty-recipe',
      'the file holds no recipe',
      place,
      '`trimtab init` writes one to begin with.',
    )
  else reporter.report('wrong-type', `a recipe must be a map, and is ${describeValue(value)}`, place)
  return false
}
