import { closeSync, fstatSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isErrno, readError } from './file-problem.js'
import type { ResultHead } from './store.js'

/** Bytes at the start of a result's file that hold its key, kind and instance, but for very long names. */
const headBytes = 1024

const text = '("(?:[^"\\\\]|\\\\.)*")'
const head = new RegExp(
  `^\\{"checksum":"[^"]*","result":\\{"key":${text},"kind":${text},"instance":${text}[,}]`,
)

type Names = Pick<ResultHead, 'key' | 'kind' | 'instance'>

/** What the first bytes of a result's file say of it; undefined where they do not. */
export const namesIn = (start: string): Names | undefined => {
  const found = head.exec(start)
  if (!found) return undefined
  const [key, kind, instance] = found.slice(1).map(each => JSON.parse(each) as string)
  return { key: key as Names['key'], kind: kind!, instance: instance! }
}

/** The slow way, for a name that is longer than a head, or a file that another version wrote in another order. */
const namesOfAll = (path: string): Names | undefined => {
  try {
    const { result } = JSON.parse(readFileSync(path, 'utf8')) as { result: Names }
    const { key, kind, instance } = result
    return [key, kind, instance].every(each => typeof each === 'string') ? { key, kind, instance } : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

const readHead = (path: string, buffer: Uint8Array): ResultHead | undefined => {
  const file = openSync(path, 'r')
  try {
    const start = Buffer.from(buffer.buffer, 0, readSync(file, buffer, 0, headBytes, 0))
    const names = namesIn(start.toString('utf8')) ?? namesOfAll(path)
    return names && { ...names, saved: fstatSync(file).mtimeMs }
  } finally {
    closeSync(file)
  }
}

/** Names of the files that hold results. */
export const resultFiles = (folder: string): readonly string[] => {
  const place = join(folder, 'results')
  try {
    return readdirSync(place).filter(name => name.endsWith('.json'))
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return []
    throw readError(error, place)
  }
}

/**
 * The heads of all stored results, newest first. The files themselves are the index, so that no crash and no other
 * writer can make it wrong: of each only the first bytes are read. What is damaged or goes away meanwhile is left out.
 */
export const readHeads = (folder: string): readonly ResultHead[] => {
  const buffer = new Uint8Array(headBytes)
  const heads = resultFiles(folder).flatMap(name => {
    const path = join(folder, 'results', name)
    try {
      const found = readHead(path, buffer)
      return found ? [found] : []
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'EIO', 'EISDIR')) return []
      throw readError(error, path)
    }
  })
  return heads.sort((a, b) => b.saved - a.saved || (a.key < b.key ? -1 : 1))
}
