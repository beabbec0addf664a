// The trivial step of bench/noop.mjs, as a plug-in: sums its inputs' numbers and stores one small object.
import { createHash } from 'node:crypto'

export const run = async ({ config, inputs }, { open, put }) => {
  let sum = config.value
  for (const { artifact } of inputs.from ?? [])
    sum += Number(Buffer.from(await open(artifact.objects.body.digest)).toString())
  const bytes = Buffer.from(String(sum % 1_000_003))
  const body = { digest: await put(bytes), bytes: bytes.length }
  const digest = `sha256:${createHash('sha256').update(body.digest).digest('hex')}`
  const size = { bytes: bytes.length, storedBytes: bytes.length }
  return { outputs: { sum: { type: 'file', digest, ...size, objects: { body }, meta: {} } } }
}
