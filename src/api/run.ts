import type { Event } from '../core/event.js'
import { ProblemError, type Problem } from '../core/problem.js'
import { judge, outcomeOf } from '../judge/judge.js'
import type { Plan } from '../plan/plan.js'
import { runPlan } from '../run/run-plan.js'
import type { RunRecord } from '../store/run-record.js'
import type { Sharing, Store } from '../store/store.js'
import type { RunOptions } from './options.js'
import { planToRun } from './validate.js'

export interface RunEnd {
  /** Absent where something was found wrong before a step started. */
  readonly record?: RunRecord
  readonly problems: readonly Problem[]
}

/** Puts at the remote what a plan found on this machine alone. */
const pushReused = (made: Plan, sharing: Sharing): void => {
  for (const { status, choice } of made.instances)
    if (status.type === 'hit' && !choice && !sharing.isElsewhere(status.key)) sharing.push(status.result)
}

/** Waits for what is on its way to the remote, and says so where that takes a while. */
const settle = async (sharing: Sharing, emit: (event: Event) => void): Promise<void> => {
  const waiting = sharing.waiting()
  if (waiting > 0) {
    const message = `pushing ${waiting} result${waiting === 1 ? '' : 's'} to ${sharing.name}`
    emit({ time: Date.now(), type: 'log', level: 'info', message })
  }
  await sharing.settle()
}

/** Runs a plan to its record: steps, then gates. Throws ProblemError where the store cannot hold the run, before a step starts. */
export const runPlanned = async (
  made: Plan,
  store: Store,
  options: Omit<RunOptions, 'recipe'>,
): Promise<RunRecord> => {
  const emit = options.onEvent ?? (() => undefined)
  const signal = options.signal ?? new AbortController().signal
  const { sharing } = store
  const told = sharing?.problems().length ?? 0
  const stop = (): void => sharing?.close()
  signal.addEventListener('abort', stop)
  try {
    if (sharing) pushReused(made, sharing)
    const record = await runPlan({
      plan: made,
      store,
      emit,
      signal,
      keepGoing: options.keepGoing ?? false,
      ...(options.workers === undefined ? {} : { workers: options.workers }),
      ...(options.only ? { only: options.only } : {}),
      conclude: async (instances, interrupted) => {
        const verdicts = interrupted
          ? []
          : await judge(made.gates, instances, store, { partial: options.only !== undefined })
        if (sharing) await settle(sharing, emit)
        return {
          verdicts,
          outcome: outcomeOf(instances, verdicts, interrupted),
          problems: sharing?.problems().slice(told) ?? [],
        }
      },
    })
    if (!sharing || record.outcome === 'interrupted') return record
    const before = sharing.problems().length
    await sharing.pushRun(record.id)
    // The record is written by now: that it was not pushed stands in none.
    return { ...record, problems: [...record.problems, ...sharing.problems().slice(before)] }
  } finally {
    signal.removeEventListener('abort', stop)
    sharing?.close()
  }
}

/** Recipe → record: checks it, runs what is not there yet, judges the gates. */
export const run = async (options: RunOptions): Promise<RunEnd> => {
  const planned = await planToRun(options)
  if (!planned.ok || !planned.plan || !planned.store) return { problems: planned.problems }
  try {
    return { record: await runPlanned(planned.plan, planned.store, options), problems: planned.problems }
  } catch (error) {
    if (error instanceof ProblemError) return { problems: [...planned.problems, ...error.problems] }
    throw error
  }
}
