import type { Digest } from '../../core/brand.js'

/** A file of this machine's to be put at a remote; it is only kept there when its bytes have this digest. */
export interface Upload {
  readonly file: string
  readonly bytes: number
  readonly digest: Digest
}

/** What lies at a path of a remote, in pieces as they come. */
export interface Reading {
  readonly chunks: AsyncIterable<Uint8Array>
  /** Ends it early. */
  cancel(): void
}

/**
 * A place where results are shared, by paths such as `objects/ab/cdef…`. Every call ends within the remote's patience
 * and throws ProblemError (`remote-unreachable`, `remote-refused`, `remote-missing`, `remote-failed`) where it cannot
 * be done. It retries by itself what may succeed when asked again, but for a body that breaks off.
 */
export interface Remote {
  /** As a person reads it: `s3://models/trimtab`. */
  readonly name: string
  /** Bytes at a path; undefined where nothing is. */
  size(path: string): Promise<number | undefined>
  /** Undefined where nothing is. `bytes`: how many are expected, which gives it its time. */
  read(path: string, bytes: number): Promise<Reading | undefined>
  /** Puts it there whole or not at all, in place of what was there. */
  write(path: string, content: Uint8Array | Upload): Promise<void>
  /** All paths that begin with one that ends in `/`. */
  list(folder: string): AsyncIterable<{ readonly path: string; readonly bytes: number }>
  /** Ends all that is under way; nothing can be asked any more. */
  close(): void
}

const hexOf = (digest: string): string => digest.replace(/^sha256:/, '')

/** Where an object lies at a remote. */
export const objectPath = (digest: Digest): string =>
  `objects/${hexOf(digest).slice(0, 2)}/${hexOf(digest).slice(2)}`

/** Where the result of a key lies at a remote. */
export const resultPath = (key: string): string => `results/${hexOf(key)}.json`
