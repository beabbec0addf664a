import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest, InstanceId, Key } from '../../core/brand.js'
import { problem, type Problem } from '../../core/problem.js'
import { isErrno, readError } from '../file-problem.js'
import { moveAside, whereMoved } from '../move-aside.js'
import { namesIn, resultFiles } from '../result-heads.js'
import { objectsOf, parseResult } from '../results.js'
import type { Store, StoredResult } from '../store.js'

interface VerifiedResults {
  readonly count: number
  readonly damaged: readonly string[]
  readonly incomplete: readonly string[]
  readonly missing: readonly Digest[]
  readonly again: readonly InstanceId[]
  readonly moved: boolean
  readonly problems: readonly Problem[]
}

const keyOf = (name: string): Key => {
  const bare = name.replace(/\.json$/, '')
  return (/^[0-9a-f]{64}$/.test(bare) ? `sha256:${bare}` : bare) as Key
}

/** Undefined where the file went away. An unreadable sector is no text that could be right. */
const textAt = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    if (isErrno(error, 'EIO', 'EISDIR')) return ''
    throw readError(error, path)
  }
}

/** Holds every result against its checksum, and looks for the objects that it names. `whole`: objects that were hashed. */
export const verifyResults = async (store: Store, whole: ReadonlySet<Digest>): Promise<VerifiedResults> => {
  const found = { damaged: [] as string[], incomplete: [] as string[], again: [] as InstanceId[] }
  const missing = new Set<Digest>()
  const problems: Problem[] = []
  let moved = true
  const setAside = async (name: string): Promise<string> => {
    const aside = await moveAside(store.folder, join(store.folder, 'results', name))
    moved &&= aside !== undefined
    return whereMoved(aside)
  }

  /** One that is being written may not have been there when objects were listed. */
  const isThere = async (digest: Digest): Promise<boolean> =>
    whole.has(digest) || (await store.objects.check(digest, 'remembered')) === undefined

  const lacking = async (result: StoredResult): Promise<Digest[]> => {
    const absent: Digest[] = []
    for (const digest of objectsOf(result)) if (!(await isThere(digest))) absent.push(digest)
    return absent
  }

  const names = resultFiles(store.folder)
  for (const name of names) {
    const text = textAt(join(store.folder, 'results', name))
    if (text === undefined) continue
    const key = keyOf(name)
    const result = parseResult(text, key)
    if (!result) {
      found.damaged.push(key)
      // Its head may still say whose it was.
      const instance = namesIn(text.slice(0, 1024))?.instance
      if (instance !== undefined) found.again.push(instance)
      problems.push(
        problem(
          'result-damaged',
          `a stored result is damaged: ${key}${instance ? ` of "${instance}"` : ''}`,
          {
            hint: `${await setAside(name)}; a run repeats its step.`,
          },
        ),
      )
      continue
    }
    const absent = await lacking(result)
    if (absent.length === 0) continue
    found.incomplete.push(key)
    found.again.push(result.instance)
    for (const digest of absent) missing.add(digest)
    problems.push(
      problem(
        'result-incomplete',
        `the result of "${result.instance}" names ${absent.length === 1 ? 'an object that is' : `${absent.length} objects that are`} gone or damaged`,
        { hint: `${await setAside(name)}; a run repeats its step.` },
      ),
    )
  }
  return { count: names.length, ...found, missing: [...missing], moved, problems }
}
