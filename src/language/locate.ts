import type { Path, Span } from '../core/problem.js'
import { findNode, placeOf, type Entry } from './node.js'
import { placeWithin } from './scalar-offsets.js'
import { spanOf } from './source-file.js'

/** A stretch of a text, in characters of its value. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/** Spans of what stands inside a step or a gate; see `Step.locate`. */
export const locator =
  (whole: Entry) =>
  (path: Path, within?: Stretch | 'key'): Span => {
    const found = findNode(whole.value, path)
    if (within === 'key' && found.whole && found.key) return spanOf(found.key)
    if (typeof within === 'object' && found.whole && found.node.kind === 'scalar')
      return spanOf(placeWithin(found.node, within.start, within.end))
    return spanOf(found.node === whole.value ? placeOf({ node: found.node, key: whole.key }) : placeOf(found))
  }
