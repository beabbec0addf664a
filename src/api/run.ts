import type { Event } from '../core/event.js'
import { ProblemError, type Problem } from '../core/problem.js'
import { findDevices } from '../engine/devices.js'
import { judge, outcomeOf } from '../judge/judge.js'
import { mayUseGpus } from '../plan/gpus.js'
import type { Plan } from '../plan/plan.js'
import { runPlan } from '../run/run-plan.js'
import type { RunRecord } from '../store/run-record.js'
import type { Exchange, Store } from '../store/store.js'
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

/** Puts at the remote what a plan found on this machine alone. */
const pushReused = (made: Plan, exchange: Exchange): void => {
  for (const { status, choice } of made.instances)
    if (status.type === 'hit' && !choice && !exchange.isElsewhere(status.key)) exchange.push(status.result)
}

/** Waits for what is on its way to the remote, and says so where that takes a while. */
const settle = async (exchange: Exchange, emit: (event: Event) => void): Promise<void> => {
  const waiting = exchange.waiting()
  if (waiting > 0) {
    const message = `pushing ${waiting} result${waiting === 1 ? '' : 's'} to ${exchange.name}`
    emit({ time: Date.now(), type: 'log', level: 'info', message })
  }
  await exchange.settle()
}

/** Runs a plan to its record: steps, then gates. Throws ProblemError where the store cannot hold the run, before a step starts. */
export const runPlanned = async (
  made: Plan,
  store: Store,
  options: Omit<RunOptions, 'recipe'>,
): Promise<RunRecord> => {
  const emit = options.onEvent ?? (() => undefined)
  const signal = options.signal ?? new AbortController().signal
  const { exchange } = store
  const stop = (): void => exchange?.close()
  signal.addEventListener('abort', stop)
  try {
    if (exchange) pushReused(made, exchange)
    const record = await runPlan({
      plan: made,
      store,
      ...(mayUseGpus(made) ? { devices: await findDevices(options.env) } : {}),
      emit,
      signal,
      keepGoing: options.keepGoing ?? false,
      ...(options.workers === undefined ? {} : { workers: options.workers }),
      ...(options.only ? { only: options.only } : {}),
      conclude: async (instances, interrupted) => {
        const verdicts = interrupted
          ? []
          : await judge(made.gates, instances, store, {
              partial: options.only !== undefined,
              machine: made.machine,
              ...(made.lock ? { baselines: made.lock.accepted } : {}),
            })
        if (exchange) await settle(exchange, emit)
        return {
          verdicts,
          outcome: outcomeOf(instances, verdicts, interrupted),
          problems: exchange?.problems() ?? [],
        }
      },
    })
    if (!exchange || record.outcome === 'interrupted') return record
    const before = exchange.problems().length
    await exchange.pushRun(record.id)
    // The record is written by now: that it was not pushed stands in none.
    return { ...record, problems: [...record.problems, ...exchange.problems().slice(before)] }
  } finally {
    signal.removeEventListener('abort', stop)
    exchange?.close()
  }
}

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
