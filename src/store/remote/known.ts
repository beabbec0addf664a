import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Digest, Key } from '../../core/brand.js'
import { digestOf } from '../../core/hash.js'
import { writeFileSafely } from '../write-file.js'

/** Names that outlast a command, in a file; one that is damaged or cannot be written is done without. */
export interface Known<Name extends string> {
  has(name: Name): boolean
  add(name: Name): void
  remove(name: Name): Promise<void>
}

const shown = (name: string): string => name.replace(/^sha256:/, '')

const openNames = <Name extends string>(path: string): Known<Name> => {
  let names: Set<string> | undefined
  const read = (): Set<string> => {
    if (names) return names
    try {
      names = new Set(readFileSync(path, 'utf8').split('\n'))
    } catch {
      names = new Set()
    }
    return names
  }
  return {
    has: name => read().has(shown(name)),
    add: name => {
      if (read().has(shown(name))) return
      read().add(shown(name))
      try {
        mkdirSync(dirname(path), { recursive: true })
        appendFileSync(path, `${shown(name)}\n`)
      } catch {
        // What it saves is questions, or one more look.
      }
    },
    remove: async name => {
      if (!read().delete(shown(name))) return
      try {
        await writeFileSafely(path, [...read()].join('\n'))
      } catch {
        // The same.
      }
    },
  }
}

/** By the remote's name: one store may be shared at several. */
const pathOf = (folder: string, name: string, what: string): string =>
  join(folder, 'remote', `${digestOf(name).slice(7, 23)}.${what}.txt`)

/**
 * Keys whose results this store has put at a remote, or had from there. It saves asking for each at every run; a remote
 * that has lost them is filled again by `trimtab push`, which asks.
 */
export const openPushed = (folder: string, name: string): Known<Key> =>
  openNames(pathOf(folder, name, 'pushed'))

/** Objects that were found to have wrong bytes at a remote, of the right length: until a push has put the right ones there. */
export const openWrong = (folder: string, name: string): Known<Digest> =>
  openNames(pathOf(folder, name, 'wrong'))
