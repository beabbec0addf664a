import type { Artifact } from '../../../src/core/artifact.js'
import { digestValue } from '../../../src/core/hash.js'
import type { StepContext } from '../../../src/core/step-file.js'

/** A `file` artifact of one object. */
export const fileArtifact = async (body: string, context: StepContext): Promise<Artifact> => {
  const bytes = Buffer.from(body)
  const objects = { body: { digest: await context.put(bytes), bytes: bytes.length } }
  return {
    type: 'file',
    digest: digestValue({ type: 'file', objects, meta: {} }),
    bytes: bytes.length,
    storedBytes: bytes.length,
    objects,
    meta: {},
  }
}
