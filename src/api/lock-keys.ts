import type { Key } from '../core/brand.js'

/** The keys of results that a lock file names, one a line. */
export const keysOfLock = (text: string): readonly Key[] => [
  ...new Set([...text.matchAll(/^[ -]*key: "?(sha256:[0-9a-f]{64})"?\s*$/gm)].map(([, key]) => key as Key)),
]
