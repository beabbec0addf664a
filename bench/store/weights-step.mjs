// A step kind that stores a number of objects of a given size, all different and none of them compressible: what a
// training leaves, without the training.
import { createHash, randomFillSync } from 'node:crypto'

let noise

export const run = async ({ config, inputs }, { put }) => {
  const size = Math.round(config.megabytes * 1024 * 1024)
  noise ??= randomFillSync(Buffer.alloc(size))
  const before = Object.values(inputs).flat().length
  const objects = {}
  for (let at = 0; at < config.objects; at++) {
    noise.writeUInt32LE(config.value, 0)
    noise.writeUInt32LE(at, 4)
    noise.writeUInt32LE(before, 8)
    objects[`part${at}`] = { digest: await put(noise), bytes: size }
  }
  const digest = `sha256:${createHash('sha256').update(JSON.stringify(objects)).digest('hex')}`
  const bytes = size * config.objects
  return { outputs: { weights: { type: 'file', digest, bytes, storedBytes: bytes, objects, meta: {} } } }
}
