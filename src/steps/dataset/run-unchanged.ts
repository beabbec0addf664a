import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { fail } from '../../core/problem.js'
import type { StepFile } from '../../core/step-file.js'

/** Digest of a file, read in chunks. */
const digestFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return fail(
      code === 'ENOENT' ? 'file-missing' : 'file-unreadable',
      `${basename(path)} cannot be read any more (${code})`,
    )
  }
  return `sha256:${hash.digest('hex')}`
}

/** The step's key names its files by content: what is read must be what the planner saw. */
export const checkUnchanged = async (files: StepFile['files']): Promise<void> => {
  for (const { path, digest } of Object.values(files))
    if ((await digestFile(path)) !== digest)
      fail(
        'file-changed',
        `${basename(path)} has changed since the run was planned`,
        'Run again once nothing writes to it.',
      )
}
