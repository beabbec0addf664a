import { existsSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Digest } from '../core/brand.js'
import { digestOf } from '../core/hash.js'
import { problem, ProblemError, type Problem } from '../core/problem.js'
import type { DigestCache } from './digest-cache.js'
import { digestFile, type Digested } from './digest-file.js'
import { isErrno, readError } from './file-problem.js'
import { moveAside, whereMoved } from './move-aside.js'
import type { Objects } from './store.js'
import { syncMade } from './sync-folder.js'
import { writeFileSafely } from './write-file.js'

const rest = (digest: Digest): string => {
  const match = /^sha256:([0-9a-f]{64})$/.exec(digest)
  if (!match) throw new TypeError(`not a digest: ${digest}`)
  return match[1]!
}

/** A disk that cannot read the bytes back has lost them: that counts as damage. Other errors are thrown. */
const unreadable = (error: unknown, path: string): Digest => {
  if (isErrno(error, 'EIO')) return 'unreadable' as Digest
  throw readError(error, path)
}

/** What lies at a path, by content; undefined where nothing does. */
const digestAt = async (
  path: string,
  read: (path: string) => Promise<Digested> = digestFile,
): Promise<Digest | undefined> => {
  try {
    return (await read(path)).digest
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    return unreadable(error, path)
  }
}

const goneProblem = (digest: Digest): Problem =>
  problem('object-gone', `an object of the store is missing: ${digest}`, {
    hint: 'A run repeats the step that made it.',
  })

const damagedProblem = (digest: Digest, aside: string | undefined): Problem =>
  problem('object-damaged', `an object of the store no longer matches its digest: ${digest}`, {
    hint: `${whereMoved(aside)}; a run repeats the step that made it.`,
  })

export const openObjects = (folder: string, digests: DigestCache): Objects => {
  const path = (digest: Digest): string => {
    const hex = rest(digest)
    return join(folder, 'objects', hex.slice(0, 2), hex.slice(2))
  }

  const quarantine = async (digest: Digest): Promise<Problem> => {
    digests.forget(path(digest))
    const aside = await moveAside(folder, path(digest), rest(digest))
    // Another process mended it after this one had read it: the whole one goes back.
    if (aside !== undefined && (await digestAt(aside)) === digest)
      await rename(aside, path(digest)).catch(() => undefined)
    return damagedProblem(digest, aside)
  }

  const remembered = (file: string): Promise<Digested> => digests.digest(file)

  const check: Objects['check'] = async (digest, how) => {
    const found = await digestAt(path(digest), how === 'read' ? digestFile : remembered)
    if (found === digest) return undefined
    return found === undefined ? goneProblem(digest) : quarantine(digest)
  }

  return {
    path,
    check,
    settle: async digests => {
      const folders = new Set([...digests].map(digest => dirname(path(digest))))
      // What is not there has no name to keep; whoever looks for it will see.
      await Promise.all([...folders].filter(existsSync).map(syncMade))
    },
    verify: async digest => (await digestAt(path(digest))) === digest,
    put: async bytes => {
      const digest = digestOf(bytes)
      const target = path(digest)
      // Equal bytes are there: rewriting them would only wear the disk. Damaged ones are replaced.
      if ((await digestAt(target, remembered)) === digest) return digest
      await writeFileSafely(target, bytes, {
        folder: join(folder, 'tmp'),
        setBack: true,
        nameLater: true,
      })
      digests.wrote(target, digest)
      return digest
    },
    get: async digest => {
      let bytes: Uint8Array
      try {
        bytes = await readFile(path(digest))
      } catch (error) {
        if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw new ProblemError(goneProblem(digest))
        unreadable(error, path(digest))
        throw new ProblemError(await quarantine(digest))
      }
      if (digestOf(bytes) !== digest) throw new ProblemError(await quarantine(digest))
      return bytes
    },
  }
}
