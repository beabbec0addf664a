import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Digest } from '../core/brand.js'
import { digestOf } from '../core/hash.js'

/** What a file holds, by content. */
export interface Digested {
  readonly digest: Digest
  readonly bytes: number
}

/** Up to here a blocking read beats the trips through the thread pool. */
const small = 256 * 1024
const chunk = 1024 * 1024

/** Digest and size of a file's bytes; a large one is streamed, so it may exceed memory. Errors are the file system's own. */
export const digestFile = async (path: string): Promise<Digested> => {
  if (statSync(path).size <= small) {
    const bytes = readFileSync(path)
    return { digest: digestOf(bytes), bytes: bytes.length }
  }
  const file = await open(path)
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
