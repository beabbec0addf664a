import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { Digest } from '../core/brand.js'
import { digestOf } from '../core/hash.js'
import { OtherFile, openRegular, readingFlags, refuseOthers } from '../core/regular-file.js'

/** What a file holds, by content. */
export interface Digested {
  readonly digest: Digest
  readonly bytes: number
}

/** Up to here a blocking read beats the trips through the thread pool. */
const small = 256 * 1024
const chunk = 1024 * 1024

/** A small file's bytes, and an end to one that has none (`/proc`). */
const readSmall = (path: string): Uint8Array => {
  const file = openSync(path, readingFlags)
  try {
    const { size } = fstatSync(file)
    const bytes = Buffer.allocUnsafe(size + 1)
    let at = 0
    for (let read = 1; read > 0 && at <= size; at += read)
      read = readSync(file, bytes, at, bytes.length - at, at)
    if (at > size) throw new OtherFile('EGROWN', path)
    return bytes.subarray(0, at)
  } finally {
    closeSync(file)
  }
}

/**
 * Digest and size of a file's bytes; a large one is streamed, so it may exceed memory. Errors are the file system's own,
 * and `OtherFile` for what is no regular file: a pipe would be waited for, a device has no end.
 */
export const digestFile = async (path: string): Promise<Digested> => {
  const found = statSync(path)
  refuseOthers(found, path)
  if (found.size <= small) {
    const bytes = readSmall(path)
    return { digest: digestOf(bytes), bytes: bytes.length }
  }
  const file = await openRegular(path)
  try {
    const hash = createHash('sha256')
    // While one is hashed here the thread pool fills the other.
    let [filling, full] = [Buffer.allocUnsafe(chunk), Buffer.allocUnsafe(chunk)]
    let bytes = 0
    let reading = file.read(filling, 0, chunk)
    for (;;) {
      const { bytesRead } = await reading
      if (bytesRead === 0) return { digest: `sha256:${hash.digest('hex')}` as Digest, bytes }
      ;[filling, full] = [full, filling]
      reading = file.read(filling, 0, chunk)
      hash.update(full.subarray(0, bytesRead))
      bytes += bytesRead
    }
  } finally {
    await file.close()
  }
}
