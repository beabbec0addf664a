import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest, InstanceId } from '../../core/brand.js'
import { problem, type Problem } from '../../core/problem.js'
import { isErrno, readError } from '../file-problem.js'
import type { Store } from '../store.js'
import { digestFiles, type ToHash } from './digest-files.js'
import type { Verification } from './verification.js'
import { verifyResults } from './verify-results.js'
import { verifyRuns } from './verify-runs.js'

export interface VerifyOptions {
  readonly store: Store
  /** Bytes hashed so far, of all. */
  readonly onProgress?: (done: number, total: number) => void
}

interface Stored extends ToHash {
  readonly digest: Digest
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return []
    throw readError(error, folder)
  }
}

/** Everything that has an object's name. What else lies there is none of ours. */
const listObjects = (folder: string): Stored[] =>
  namesIn(join(folder, 'objects'))
    .filter(start => /^[0-9a-f]{2}$/.test(start))
    .flatMap(start =>
      namesIn(join(folder, 'objects', start))
        .filter(rest => /^[0-9a-f]{62}$/.test(rest))
        .flatMap(rest => {
          const path = join(folder, 'objects', start, rest)
          const bytes = statSync(path, { throwIfNoEntry: false })?.size
          return bytes === undefined ? [] : [{ path, bytes, digest: `sha256:${start}${rest}` as Digest }]
        }),
    )

/**
 * Reads a whole store, whatever is remembered of it: every object is hashed, every result and record is held against
 * its checksum or schema, every object that a result names is looked for. What is damaged is moved to `damaged/`, with
 * the results that can be used no more, so that the next run makes them again; nothing is removed.
 */
export const verifyStore = async ({ store, onProgress }: VerifyOptions): Promise<Verification> => {
  const stored = listObjects(store.folder)
  const total = stored.reduce((sum, { bytes }) => sum + bytes, 0)
  const suspects: Digest[] = []
  let done = 0
  await digestFiles(stored, (file, hashed) => {
    done += file.bytes
    onProgress?.(done, total)
    if (!('digest' in hashed) || hashed.digest !== file.digest) suspects.push(file.digest)
  })

  const problems: Problem[] = []
  const damaged: Digest[] = []
  for (const digest of suspects) {
    // Read once more: a run may have mended it, or gc removed it, since.
    const found = await store.objects.check(digest, 'read')
    if (found?.code !== 'object-damaged') continue
    damaged.push(digest)
    problems.push(found)
  }
  const whole = new Set(stored.map(({ digest }) => digest))
  for (const digest of damaged) whole.delete(digest)

  const results = await verifyResults(store, whole)
  const missing = results.missing.filter(digest => !damaged.includes(digest))
  for (const digest of missing)
    problems.push(problem('object-gone', `an object of the store is missing: ${digest}`))
  problems.push(...results.problems)
  const runs = await verifyRuns(store, {
    objects: new Set([...damaged, ...missing]),
    keys: new Set([...results.damaged, ...results.incomplete]),
  })
  problems.push(...runs.problems)

  const left = damaged.some(digest => statSync(store.objects.path(digest), { throwIfNoEntry: false }))
  const moved = !left && results.moved && runs.moved
  if (!moved)
    problems.push(
      problem('store-read-only', `what is damaged could not be moved out of ${store.folder}`, {
        hint: 'Give yourself the right to write there. Until then a run that needs it says so and makes it elsewhere: --store FOLDER.',
      }),
    )
  return {
    whole: problems.length === 0,
    objects: { count: stored.length, bytes: total, damaged, missing },
    results: { count: results.count, damaged: results.damaged, incomplete: results.incomplete },
    runs: { count: runs.count, damaged: runs.damaged, affected: runs.affected },
    again: [...new Set<InstanceId>(results.again)].sort(),
    moved,
    problems,
  }
}
