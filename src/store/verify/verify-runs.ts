import { readFileSync } from 'node:fs'
import type { Digest } from '../../core/brand.js'
import { problem, ProblemError, type Problem } from '../../core/problem.js'
import { isErrno, readError } from '../file-problem.js'
import { moveAside, whereMoved } from '../move-aside.js'
import { currentRecord } from '../record-migrations.js'
import type { RunRecord } from '../run-record.js'
import type { Store } from '../store.js'

interface VerifiedRuns {
  readonly count: number
  readonly damaged: readonly string[]
  readonly affected: readonly string[]
  readonly moved: boolean
  readonly problems: readonly Problem[]
}

interface Lost {
  readonly objects: ReadonlySet<Digest>
  readonly keys: ReadonlySet<string>
}

type Reading = { readonly record?: RunRecord; readonly state: 'whole' | 'damaged' | 'newer' | 'absent' }

const read = (path: string, isRecord: (record: RunRecord) => boolean): Reading => {
  try {
    const record = currentRecord(JSON.parse(readFileSync(path, 'utf8')))
    return record && isRecord(record) ? { record, state: 'whole' } : { state: 'damaged' }
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { state: 'absent' }
    if (error instanceof SyntaxError || isErrno(error, 'EIO', 'EISDIR')) return { state: 'damaged' }
    // Of a later version: not ours to judge.
    if (error instanceof ProblemError) return { state: 'newer' }
    throw readError(error, path)
  }
}

const namesLost = ({ instances, asked }: RunRecord, { objects, keys }: Lost): boolean =>
  asked.sources.some(({ digest }) => objects.has(digest)) ||
  instances.some(
    ({ key, output }) =>
      (key !== undefined && keys.has(key)) ||
      Object.values(output?.outputs ?? {}).some(artifact =>
        Object.values(artifact.objects).some(({ digest }) => objects.has(digest)),
      ),
  )

/** Holds every run's record against its schema, and finds those that name what is lost. */
export const verifyRuns = async (store: Store, lost: Lost): Promise<VerifiedRuns> => {
  const ids = store.runs.ids()
  const { isRecord } = await import('./check-record.js')
  const [damaged, affected, problems]: [string[], string[], Problem[]] = [[], [], []]
  let [count, moved] = [0, true]
  for (const id of ids) {
    const path = store.runs.recordPath(id)
    const { record, state } = read(path, isRecord)
    if (state !== 'absent') count++
    if (record && namesLost(record, lost)) affected.push(id)
    if (state !== 'damaged') continue
    damaged.push(id)
    const aside = await moveAside(store.folder, path, `run-${id}.json`)
    moved &&= aside !== undefined
    problems.push(
      problem('run-damaged', `the record of run ${id} is damaged`, {
        hint: `${whereMoved(aside)}; \`trimtab show ${id}\` tells what its journal says.`,
      }),
    )
  }
  return { count, damaged, affected, moved, problems }
}
