import { createHash } from 'node:crypto'
import type { Digest } from './brand.js'

/** JSON with sorted keys, no spaces, and no undefined members: equal values give equal text. Refuses what JSON would lose. */
export const canonical = (value: unknown): string => {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`not a finite number: ${value}`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
    return `{${members.join(',')}}`
  }
  throw new TypeError(`no canonical form for a ${typeof value}`)
}

/** Digest of bytes or of UTF-8 text. */
export const digestOf = (bytes: Uint8Array | string): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest

/** Digest of a plain value in its canonical form. */
export const digestValue = (value: unknown): Digest => digestOf(canonical(value))
