import { dirname, join, resolve } from 'node:path'
import { shippedFolder } from '../shipped.js'
import type { Outline } from './outline.js'
import { standingAt } from './standing.js'

/** Path of the recipe that a text at an offset names: of `extends`, or of a pipeline's `uses`. */
export const namedFile = ({ root, source }: Outline, offset: number): string | undefined => {
  const standing = root && standingAt(root, offset)
  if (standing?.on !== 'value' || standing.node.kind !== 'scalar') return undefined
  const [part, , key] = standing.path
  if (part !== 'extends' && !(part === 'steps' && key === 'uses')) return undefined
  const text = String(standing.node.value)
  const shipped = /^trimtab:([\w-]+)$/.exec(text)?.[1]
  return shipped === undefined
    ? resolve(dirname(source.path), text)
    : join(shippedFolder(), shipped, 'recipe.yml')
}
