import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '../suite.js'

/** Bytes of a file that is noticed when it is read. */
export const big = 4_000_000
export const body = (fill: number): Uint8Array => new Uint8Array(big).fill(fill)

/** Bytes that this process read from files while it did some work; undefined where the system does not say. */
export const bytesReadBy = async (work: () => Promise<unknown>): Promise<number | undefined> => {
  if (!existsSync('/proc/self/io')) {
    await work()
    return undefined
  }
  const counted = (): number => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))![1])
  const before = counted()
  await work()
  return counted() - before
}

export const readsNothing = async (work: () => Promise<unknown>): Promise<void> => {
  const read = await bytesReadBy(work)
  if (read !== undefined) assert.ok(read < big / 2, `${read} bytes were read`)
}

/** A file as if it had been written long ago. */
export const old = (path: string, content: Uint8Array | string): void => {
  writeFileSync(path, content)
  utimesSync(path, 1_600_000_000, 1_600_000_000)
}

/** The time of a file's last change cannot be set: it becomes old by waiting in earnest. */
export const settle = (): Promise<void> => new Promise(done => setTimeout(done, 2100))

/** What a cache has written. */
export const linesOf = (folder: string): string[] => {
  const path = join(folder, 'digests')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')
}
