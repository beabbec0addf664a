import { newestWithIndex } from './index-download.js'
import { findPip, newestWithPip } from './pip.js'
import { pythonsFor, tensorflowProjects } from './projects.js'

/**
 * The newest release of TensorFlow that the index has for this machine; undefined where it has none, or where this pip
 * cannot tell. Throws ProblemError (`tensorflow-unavailable`) where the index cannot be reached.
 */
export const newestTensorFlow = async (
  device: 'cpu' | 'cuda',
  signal?: AbortSignal,
): Promise<string | undefined> => {
  const pip = await findPip()
  for (const project of tensorflowProjects(device)) {
    const found = pip
      ? (await newestWithPip(pip, project, pythonsFor(undefined), signal))?.version
      : await newestWithIndex(project, signal)
    if (found !== undefined) return found
  }
  return undefined
}
