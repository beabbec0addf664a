import { gzipSync } from 'fflate'
import type { Artifact } from '../../core/artifact.js'
import type { StepContext } from '../../core/step-file.js'
import type { ModelDescription } from '../../network/description.js'

const exactly = (figure: ModelDescription['macs']): number => ('exact' in figure ? figure.exact : figure.high)

/**
 * What a model weighs. `gzipBytes`: all of its objects, in the order of their names, through gzip at level 9 (fflate,
 * whose output does not hang on the machine).
 */
export const sizesOf = async (
  artifact: Artifact,
  open: StepContext['open'],
): Promise<Record<string, number>> => {
  const { parameters, nonZero, macs } = artifact.meta['description'] as ModelDescription
  const bodies: Uint8Array[] = []
  for (const name of Object.keys(artifact.objects).sort())
    bodies.push(await open(artifact.objects[name]!.digest))
  const whole = Uint8Array.from(Buffer.concat(bodies))
  const all = exactly(parameters)
  return {
    parameters: all,
    nonZero: exactly(nonZero),
    nonZeroShare: all === 0 ? 0 : exactly(nonZero) / all,
    sparsity: all === 0 ? 0 : 1 - exactly(nonZero) / all,
    macs: exactly(macs),
    bytes: artifact.bytes,
    storedBytes: artifact.storedBytes,
    gzipBytes: gzipSync(whole, { level: 9, mtime: 0 }).byteLength,
  }
}
