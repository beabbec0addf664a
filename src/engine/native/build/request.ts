import { existsSync } from 'node:fs'
import { fail } from '../../../core/problem.js'
import { hasNvidiaGpu } from './machine.js'
import { oldest } from './tensorflow.js'
import { compareVersions } from './wheel.js'

/** Which TensorFlow an engine is built against. */
export type Request =
  | { readonly from: 'folder'; readonly path: string }
  /** No version: the newest. `2.16`: the newest 2.16. */
  | { readonly from: 'index'; readonly version?: string; readonly device: 'cpu' | 'cuda' }

/**
 * Reads `--tensorflow` and `--cuda`. A name with a slash, or of a folder that is there, is a place; anything else a
 * version. Without `--cuda`, a machine that shows an NVIDIA GPU gets the one for GPUs. Throws ProblemError.
 */
export const readRequest = (tensorflow: string | undefined, cuda: boolean | undefined): Request => {
  if (tensorflow !== undefined && (/[/\\]/.test(tensorflow) || existsSync(tensorflow)))
    return { from: 'folder', path: tensorflow }
  const device = (cuda ?? (hasNvidiaGpu() && process.platform === 'linux')) ? 'cuda' : 'cpu'
  if (device === 'cuda' && (process.platform !== 'linux' || process.arch !== 'x64'))
    return fail(
      'engine-unsupported',
      'TensorFlow for CUDA is built for Linux on x64 alone',
      'Leave out `--cuda`.',
    )
  if (tensorflow === undefined) return { from: 'index', device }
  if (!/^\d+\.\d+(\.\d+)?(\.post\d+|rc\d+)?$/.test(tensorflow))
    return fail(
      'tensorflow-unavailable',
      `"${tensorflow}" is neither a version of TensorFlow nor a folder that is there`,
      'Write a version (`--tensorflow 2.21.0`), or the path of a site-packages folder (`--tensorflow .venv/lib/python3.12/site-packages`).',
    )
  if (compareVersions(tensorflow, oldest) < 0)
    return fail(
      'tensorflow-unavailable',
      `TensorFlow ${tensorflow} is too old: its wheel lacks the library that the addon is built against`,
      `Take ${oldest} or later.`,
    )
  return { from: 'index', version: tensorflow, device }
}
