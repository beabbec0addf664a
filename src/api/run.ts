import { ProblemError, type Problem } from '../core/problem.js'
import { judge, outcomeOf } from '../judge/judge.js'
import type { Plan } from '../plan/plan.js'
import { runPlan } from '../run/run-plan.js'
import type { RunRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import type { RunOptions } from './options.js'
import { checkFrozen, settleLock, type SettledLock } from './settle-lock.js'
import { planToRun } from './validate.js'

export interface RunEnd {
  /** Absent where something was found wrong before a step started. */
  readonly record?: RunRecord
  readonly problems: readonly Problem[]
  /** What became of the lock file; absent where the run has nothing to do with it. */
  readonly lock?: SettledLock
}

/** Runs a plan to its record: steps, then gates. Throws ProblemError where the store cannot hold the run, before a step starts. */
export const runPlanned = (
  made: Plan,
  store: Store,
  options: Omit<RunOptions, 'recipe'>,
): Promise<RunRecord> =>
  runPlan({
    plan: made,
    store,
    emit: options.onEvent ?? (() => undefined),
    signal: options.signal ?? new AbortController().signal,
    keepGoing: options.keepGoing ?? false,
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.only ? { only: options.only } : {}),
    conclude: (instances, interrupted) => {
      const verdicts = interrupted
        ? []
        : judge(made.gates, instances, store, {
            partial: options.only !== undefined,
            machine: made.machine,
            ...(made.lock ? { baselines: made.lock.accepted } : {}),
          })
      return Promise.resolve(verdicts).then(found => ({
        verdicts: found,
        outcome: outcomeOf(instances, found, interrupted),
      }))
    },
  })

/** Recipe → record: checks it, runs what is not there yet, judges the gates. */
export const run = async (options: RunOptions): Promise<RunEnd> => {
  const planned = await planToRun(options)
  if (!planned.ok || !planned.plan || !planned.store) return { problems: planned.problems }
  const frozen = options.frozen ?? false
  const refused = frozen ? checkFrozen(planned) : []
  if (refused.length > 0) return { problems: [...planned.problems, ...refused] }
  try {
    const record = await runPlanned(planned.plan, planned.store, options)
    const lock = await settleLock(planned, record, frozen)
    const problems = [...planned.problems, ...(lock?.problems ?? [])]
    return { record, problems, ...(lock ? { lock } : {}) }
  } catch (error) {
    if (error instanceof ProblemError) return { problems: [...planned.problems, ...error.problems] }
    throw error
  }
}
