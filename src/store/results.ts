import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest, Key } from '../core/brand.js'
import { digestOf } from '../core/hash.js'
import { problem, type Problem } from '../core/problem.js'
import { isErrno, readError } from './file-problem.js'
import { moveAside, whereMoved } from './move-aside.js'
import { readHeads, resultFiles } from './result-heads.js'
import type { Objects, Results, StoredResult } from './store.js'
import { writeFileSafely } from './write-file.js'

/** A result's file: metrics decide gates, so they are guarded by a checksum as objects are by their names. */
interface ResultFile {
  /** Digest of `result` as JSON without spaces. */
  readonly checksum: string
  readonly result: StoredResult
}

/** The file of a result, as it is kept here and at a remote. */
export const resultText = ({ key, kind, instance, ...rest }: StoredResult): string => {
  // These three first: whoever lists results reads no more of a file.
  const json = JSON.stringify({ key, kind, instance, ...rest })
  return `{"checksum":${JSON.stringify(digestOf(json))},"result":${json}}\n`
}

/** All that its outputs consist of. */
export const objectsOf = ({ output }: StoredResult): ReadonlySet<Digest> =>
  new Set(
    Object.values(output.outputs).flatMap(artifact =>
      Object.values(artifact.objects).map(object => object.digest),
    ),
  )

const isDigest = (text: unknown): boolean => typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)

/**
 * Undefined where the text is damaged, belongs to another key, or names objects by what is no digest: anybody can make
 * a checksum, and names of objects become paths.
 */
export const parseResult = (text: string, key: Key): StoredResult | undefined => {
  try {
    const { checksum, result } = JSON.parse(text) as ResultFile
    // Parsing and printing again gives the text that was hashed.
    if (digestOf(JSON.stringify(result)) !== checksum || result.key !== key) return undefined
    return [...objectsOf(result)].every(isDigest) ? result : undefined
  } catch {
    return undefined
  }
}

/** A hit that cannot be used becomes a miss; what was found damaged is a warning, since the run mends it. */
const asWarning = (found: Problem): Problem => ({ ...found, severity: 'warning' })

export const openResults = (folder: string, objects: Objects): Results => {
  const nameOf = (key: Key): string => {
    const name = key.replace(/^sha256:/, '')
    if (!/^[\w-]+$/.test(name)) throw new TypeError(`not a key: ${key}`)
    return `${name}.json`
  }
  const path = (key: Key): string => join(folder, 'results', nameOf(key))

  const quarantine = async (key: Key): Promise<Problem> =>
    problem('result-damaged', `a stored result is damaged: ${path(key)}`, {
      hint: `${whereMoved(await moveAside(folder, path(key)))}; the step is repeated.`,
    })

  return {
    find: async key => {
      // An error with its stack for each key that is not there would take longer than all else of a plan.
      if (!existsSync(path(key))) return { problems: [] }
      let text: string
      try {
        // Blocking on purpose: 1,000 small files take a quarter of the time that the thread pool takes.
        text = readFileSync(path(key), 'utf8')
      } catch (error) {
        if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { problems: [] }
        if (isErrno(error, 'EIO')) return { problems: [asWarning(await quarantine(key))] }
        throw readError(error, path(key))
      }
      const result = parseResult(text, key)
      if (!result) return { problems: [asWarning(await quarantine(key))] }
      const problems: Problem[] = []
      for (const digest of objectsOf(result)) {
        const damage = await objects.check(digest, 'remembered')
        if (damage) problems.push(asWarning(damage))
      }
      return problems.length > 0 ? { problems } : { result, problems }
    },
    count: () => resultFiles(folder).length,
    heads: () => readHeads(folder),
    peek: key => {
      try {
        return parseResult(readFileSync(path(key), 'utf8'), key)
      } catch (error) {
        if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EIO')) return undefined
        throw readError(error, path(key))
      }
    },
    path,
    save: result =>
      writeFileSafely(path(result.key), resultText(result), {
        folder: join(folder, 'tmp'),
        first: () => objects.settle(objectsOf(result)),
      }),
  }
}
