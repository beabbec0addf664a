import type { ScalarNode } from './node.js'
import type { Place } from './source-file.js'

/** Length of an escape in a double-quoted text, from its backslash. */
const escapeLength = (next: string): number => ({ x: 4, u: 6, U: 10 })[next] ?? 2

const known = new WeakMap<ScalarNode, Uint32Array>()

/**
 * For each character of a scalar's value, and for its end, where it stands in the scalar's source. Quotes, escapes,
 * folded lines and the indentation of block scalars make the two differ; they are followed character by character.
 */
const offsetsOf = (scalar: ScalarNode): Uint32Array => {
  const found = known.get(scalar)
  if (found) return found
  const value = String(scalar.value)
  const text = scalar.source.text.slice(scalar.start, scalar.end)
  const isDouble = text.startsWith('"')
  const isBlock = /^[|>]/.test(text)
  let at = isBlock ? text.indexOf('\n') + 1 : isDouble || text.startsWith("'") ? 1 : 0
  const offsets = new Uint32Array(value.length + 1)
  for (let i = 0; i < value.length; i++) {
    const wanted = value[i]!
    const blank = wanted === ' ' || wanted === '\n'
    if (!blank) while (at < text.length && text[at] !== wanted && /\s/.test(text[at]!)) at++
    offsets[i] = Math.min(at, text.length)
    if (isDouble && text[at] === '\\') {
      // An escape of a character outside the basic plane gives two units of the value.
      const isPair = text[at + 1] === 'U' && /[\ud800-\udbff]/.test(wanted)
      if (isPair) offsets[i + 1] = offsets[i++]!
      at += escapeLength(text[at + 1] ?? '')
    } else if (text[at] === wanted)
      at += wanted === "'" && text.startsWith("''", at) && !isDouble && !isBlock ? 2 : 1
    else if (blank) while (at < text.length && /\s/.test(text[at]!)) at++
  }
  offsets[value.length] = Math.min(at, text.length)
  known.set(scalar, offsets)
  return offsets
}

/** The place of a stretch of a scalar's value. */
export const placeWithin = (scalar: ScalarNode, start: number, end: number): Place => {
  const { source } = scalar
  const offsets = offsetsOf(scalar)
  const last = offsets.length - 1
  const from = offsets[Math.min(start, last)]!
  const to = offsets[Math.min(end, last)]!
  return { source, start: scalar.start + from, end: scalar.start + Math.max(from, to) }
}
