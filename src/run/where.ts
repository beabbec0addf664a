import { execFile } from 'node:child_process'
import { version } from '../core/home.js'
import type { EngineChoice } from '../core/engine-name.js'
import { enginePromises } from '../core/promise.js'
import type { RunRecord } from '../store/run-record.js'

/** What git says in a folder. Undefined where git is absent, the folder is no repository, or the answer takes too long to be worth waiting for. */
export const git = (folder: string, ...args: readonly string[]): Promise<string | undefined> =>
  new Promise(resolve => {
    execFile(
      'git',
      ['-C', folder, ...args],
      // It must take no lock: the user may be committing.
      { timeout: 2000, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' } },
      (error, stdout) => resolve(error ? undefined : stdout.trim()),
    )
  })

/** Where a run happens, for its record: versions, engine, machine, commit. */
export const whereOf = async ({
  project,
  engine,
  machine,
}: {
  readonly project: string
  readonly engine: EngineChoice
  readonly machine: string
}): Promise<RunRecord['where']> => {
  const [commit, changed] = await Promise.all([
    git(project, 'rev-parse', 'HEAD'),
    git(project, 'status', '--porcelain', '--untracked-files=no'),
  ])
  return {
    trimtab: version(),
    node: process.version,
    engine,
    promise: enginePromises[engine.name],
    machine,
    ...(commit ? { commit } : {}),
    ...(commit && changed !== undefined ? { dirty: changed !== '' } : {}),
  }
}
