import { basename } from 'node:path'
import { problem, ProblemError, type Problem } from '../core/problem.js'
import { stepPromise } from '../core/promise.js'
import { departuresOf, type Departure } from '../plan/locked.js'
import type { Instance, Plan } from '../plan/plan.js'
import { lockPathOf, type Lock } from '../store/lock.js'
import { writeLockOf } from '../store/lock-file.js'
import type { FoundLock } from '../store/parse-lock.js'
import type { RunRecord } from '../store/run-record.js'
import { lockOfRun } from './lock-of-run.js'
import { nextLock, tolerancesOf, type NextLock } from './next-lock.js'
import { hasForeignPaths } from './own.js'
import { readLock } from './read-lock.js'
import type { Planned } from './validate.js'

/** What became of the lock file at the end of a run. */
export interface SettledLock {
  /** Absolute path. */
  readonly path: string
  /** Absent: it was not touched. */
  readonly written?: {
    /** There was none before. */
    readonly isNew: boolean
    readonly changes: NextLock['changes']
  }
  /** Why it could not be written, as warnings; with `frozen` what would have changed, as errors. */
  readonly problems: readonly Problem[]
}

/** The largest relative difference that a step's engine allows itself; 0: none. */
const toleranceOf = ({ engine, config }: Pick<Instance, 'engine' | 'config'>): number => {
  const promise = stepPromise(engine.name, config)
  return promise.kind === 'tolerance' ? promise.figure : 0
}

/** Did the run make all that its recipe asks for? */
const isWhole = ({ outcome, instances }: RunRecord): boolean =>
  outcome !== 'interrupted' &&
  outcome !== 'step-failed' &&
  instances.every(({ status }) => status !== 'failed')

const wouldChange = (plan: Plan, path: string, changes: readonly Departure[]): Problem[] =>
  changes.map(({ instance, why }) => {
    const at = plan.instances.find(({ id }) => id === instance)?.at
    const place = at ? { at, frame: plan.recipe.frame(at) } : {}
    return problem('lock-would-change', `${basename(path)} would change: "${instance}" ${toldOf(why)}`, place)
  })

/** A reason as the end of a sentence about a step. */
const toldOf = (why: string): string => (/^(?:is|takes) /.test(why) ? why : `differs: ${why}`)

const hintLast = (problems: readonly Problem[]): Problem[] =>
  problems.map((each, at) =>
    at < problems.length - 1
      ? each
      : {
          ...each,
          hint: 'Where this is meant, run without --frozen and commit the lock file.',
        },
  )

/** What of a plan shows already that its lock would change, so that nothing need be run; empty where nothing does. */
export const checkFrozen = ({ plan, store, lock, notOwn }: Planned): readonly Problem[] => {
  if (!plan || !store) return []
  const path = lockPathOf(plan.recipe.file)
  if (notOwn !== undefined)
    return [
      problem(
        'frozen-not-own',
        `--frozen holds the recipe's own run against its lock file, and this is another: ${notOwn}`,
        {
          hint: 'Leave one of the two out.',
        },
      ),
    ]
  if (!lock)
    return [
      problem('lock-missing', `there is no ${basename(path)} beside the recipe`, {
        hint: 'Run once without --frozen, and commit the file that it writes.',
      }),
    ]
  if (lock.conflicted)
    return [
      problem('lock-unsettled', `git's marks of a conflict stand in ${basename(path)}`, {
        hint: 'Run once without --frozen: the file is written anew. Then commit it.',
      }),
    ]
  return hintLast(wouldChange(plan, path, departuresOf(plan, lock.lock, store)))
}

const warning = (each: Problem, path: string): Problem =>
  problem('lock-not-written', `${basename(path)} was not written: ${each.message}`, {
    severity: 'warning',
    ...(each.hint === undefined ? {} : { hint: each.hint }),
  })

/**
 * At the end of a run: writes the lock where what was made is not what it says, and nothing where it is. Runs that are
 * not whole, or not the recipe's own, have nothing to do with it. It is read again, since a person may have accepted a
 * baseline while the run went on. `frozen`: nothing is written, and what would have changed is an error.
 */
export const settleLock = async (
  { plan, store, notOwn }: Planned,
  record: RunRecord,
  frozen: boolean,
): Promise<SettledLock | undefined> => {
  if (!plan || !store || notOwn !== undefined || !isWhole(record)) return undefined
  const path = lockPathOf(plan.recipe.file)
  const found = readLock(plan.recipe.file)
  if (!found.ok)
    return { path, problems: frozen ? found.problems : found.problems.map(each => warning(each, path)) }
  const before: FoundLock | undefined = found.value
  const { lock, changes } = nextLock({
    plan,
    store,
    before: before?.lock,
    made: lockOfRun(plan, record.instances),
    tolerances: tolerancesOf(plan, toleranceOf),
    foreignPaths: hasForeignPaths(plan.recipe),
  })
  if (frozen) return { path, problems: hintLast(wouldChange(plan, path, changes)) }
  const isSame = before !== undefined && !before.conflicted && changes.length === 0
  if (isSame && before.lock.recipe === lock.recipe) return { path, problems: [] }
  return write(plan, { lock, changes, isNew: before === undefined }, path)
}

const write = async (
  plan: Plan,
  {
    lock,
    changes,
    isNew,
  }: { readonly lock: Lock; readonly changes: NextLock['changes']; readonly isNew: boolean },
  path: string,
): Promise<SettledLock> => {
  try {
    await writeLockOf(plan.recipe.file, lock)
    return { path, written: { isNew, changes }, problems: [] }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { path, problems: error.problems.map(each => warning(each, path)) }
  }
}
