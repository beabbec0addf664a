import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Digest } from '../core/brand.js'
import { digestOf } from '../core/hash.js'

/** Up to here a blocking read beats the trips through the thread pool. */
const small = 256 * 1024
const chunk = 1024 * 1024

/** Digest and size of a file's bytes; a large one is streamed, so it may exceed memory. Errors are the file system's own. */
export const digestFile = async (
  path: string,
): Promise<{ readonly digest: Digest; readonly bytes: number }> => {
  if (statSync(path).size <= small) {
    const bytes = readFileSync(path)
    return { digest: digestOf(bytes), bytes: bytes.length }
  }
  const file = await open(path)
  try {
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(chunk)
    let bytes = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunk)
      if (bytesRead === 0) return { digest: `sha256:${hash.digest('hex')}` as Digest, bytes }
      hash.update(buffer.subarray(0, bytesRead))
      bytes += bytesRead
    }
  } finally {
    await file.close()
  }
}
