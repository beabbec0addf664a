// The code of a thread that hashes files: blocking reads into one buffer, which is as fast as one core can.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { Hashed } from './digest-files.js'

const buffer = Buffer.allocUnsafeSlow(1024 * 1024)

const digestOf = (path: string): Hashed => {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    return { error: (error as NodeJS.ErrnoException).code ?? String(error) }
  }
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for (let count = 1; count > 0;) {
      count = readSync(file, buffer, 0, buffer.length, null)
      hash.update(buffer.subarray(0, count))
      bytes += count
    }
    return { digest: `sha256:${hash.digest('hex')}`, bytes }
  } catch (error) {
    return { error: (error as NodeJS.ErrnoException).code ?? String(error) }
  } finally {
    closeSync(file)
  }
}

const port = parentPort
port?.on('message', (paths: readonly string[]) => {
  port.postMessage(paths.map(digestOf))
})
