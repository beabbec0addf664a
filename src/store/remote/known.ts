import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Key } from '../../core/brand.js'
import { digestOf } from '../../core/hash.js'

/**
 * Keys whose results this store has put at a remote, or had from there. It saves asking for each at every run; a remote
 * that has lost them is filled again by `trimtab push`, which asks. A file that is damaged or gone costs questions only.
 */
export interface Known {
  has(key: Key): boolean
  add(key: Key): void
}

const shown = (key: Key): string => key.replace(/^sha256:/, '')

/** By the remote's name: one store may be shared at several. */
export const openKnown = (folder: string, name: string): Known => {
  const path = join(folder, 'remote', `${digestOf(name).slice(7, 23)}.txt`)
  let keys: Set<string> | undefined
  const read = (): Set<string> => {
    if (keys) return keys
    try {
      keys = new Set(readFileSync(path, 'utf8').split('\n'))
    } catch {
      keys = new Set()
    }
    return keys
  }
  return {
    has: key => read().has(shown(key)),
    add: key => {
      if (read().has(shown(key))) return
      read().add(shown(key))
      try {
        mkdirSync(dirname(path), { recursive: true })
        appendFileSync(path, `${shown(key)}\n`)
      } catch {
        // It only saves questions.
      }
    },
  }
}
