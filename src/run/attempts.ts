import { join } from 'node:path'
import type { Key } from '../core/brand.js'
import type { Moment } from '../core/checkpoint.js'
import { problem, type Problem } from '../core/problem.js'
import type { StepOutput } from '../core/step-file.js'
import { formatSeconds } from '../core/units.js'
import type { Instance } from '../plan/plan.js'
import { stepFileOf } from '../plan/step-file.js'
import { startAttempt } from './attempt.js'
import { checkOutput } from './check-output.js'
import { advise, halve, type Making } from './halve.js'
import { keepResult } from './keep-result.js'
import type { Lane } from './lanes/lane.js'
import type { Inputs, Made, MakeOptions } from './made.js'

const fileName = (text: string): string => text.replace(/[^\w=,.[\]-]+/g, '_').slice(0, 120)

const timeoutProblem = ({ id, timeout }: Instance): Problem =>
  problem('step-timeout', `"${id}" took longer than its timeout of ${formatSeconds((timeout ?? 0) / 1000)}`, {
    hint: 'Raise `timeout`, or make the step smaller.',
  })

type Tried =
  { readonly output: StepOutput } | { readonly problems: readonly Problem[] } | 'interrupted' | 'swept'

/**
 * Tries an instance until it is made, its retries are used up, or the run is interrupted. Where memory runs out and the
 * recipe says so it is tried again with fewer examples at once, which uses up no retry.
 */
export const makeAttempts = (
  options: MakeOptions,
  lookUp: (instance: Instance, key: Key) => Promise<Made | undefined>,
) => {
  const { store, reporter, others, grace, runFolder, running } = options

  const tryOnce = async (
    { instance, key }: Making,
    lane: Lane,
    inputs: Inputs,
    attempt: number,
    resumed: (from: Moment) => void,
  ): Promise<Tried> => {
    const mark = store.sweeps.mark()
    const begun = startAttempt({
      lane,
      assignment: {
        step: stepFileOf(instance, key, inputs),
        store: store.folder,
        crashFile: join(runFolder, `crash-${fileName(instance.id)}-${attempt}.txt`),
      },
      timeout: instance.timeout,
      grace,
      fresh: attempt > 1,
      progress: progress => reporter.say({ type: 'progress', instance: instance.id, progress }),
      log: (level, message) => reporter.say({ type: 'log', instance: instance.id, level, message }),
      resumed: from => {
        reporter.say({ type: 'resumed', instance: instance.id, from })
        resumed(from)
      },
    })
    running.add(begun)
    try {
      const ended = await begun.ended
      if (begun.timedOut()) return { problems: [timeoutProblem(instance)] }
      if (ended.type === 'failed') return options.interrupted() ? 'interrupted' : { problems: ended.problems }
      if (ended.type === 'cancelled') {
        return options.interrupted()
          ? 'interrupted'
          : { problems: [problem('step-cancelled', `"${instance.id}" gave up though nobody asked it to`)] }
      }
      const wrong = checkOutput(instance, ended.output, store.objects)
      if (wrong.length === 0) return { output: ended.output }
      return store.sweeps.mark() === mark ? { problems: wrong } : 'swept'
    } finally {
      running.delete(begun)
    }
  }

  return async (first: Making, lane: Lane, inputs: Inputs): Promise<Made> => {
    const { id, kind, at, retries } = first.instance
    const info = (message: string): void =>
      reporter.say({ type: 'log', instance: id, level: 'info', message })
    let making = first
    let halvings = 0
    for (let attempt = 1; ; attempt++) {
      const { instance, key, parts } = making
      const as = instance === first.instance ? {} : { as: instance }
      let resumed: Moment | undefined
      reporter.say({ type: 'started', instance: id, attempt, lane: lane.name })
      const began = performance.now()
      const tried = await tryOnce(making, lane, inputs, attempt, from => (resumed = from))
      const seconds = (performance.now() - began) / 1000
      if (tried === 'interrupted') return { type: 'interrupted', key, attempts: attempt }
      const kept =
        tried !== 'swept' && 'output' in tried
          ? await keepResult(store, others, instance, {
              key,
              kind,
              instance: id,
              output: tried.output,
              seconds,
              parts,
            })
          : tried
      if (kept === 'swept') {
        info('trimtab gc swept away bytes that it stored as well; it is made again')
        attempt--
        continue
      }
      if ('output' in kept) {
        for (const done of new Set([key, first.key])) await store.checkpoints.remove(done)
        reporter.say({ type: 'finished', instance: id, seconds, metrics: kept.output.metrics ?? {} })
        return {
          type: 'finished',
          key,
          output: kept.output,
          seconds,
          attempts: attempt,
          ...(resumed ? { resumed } : {}),
          ...as,
        }
      }
      const problems = advise(instance, kept.problems).map(each => (each.at ? each : { ...each, at }))
      const again = options.interrupted() ? undefined : await options.lost(instance, problems)
      const isOver = again !== undefined || options.interrupted()
      const smaller = isOver ? undefined : halve(making, problems, inputs)
      const retrying =
        again !== undefined || smaller !== undefined || (!isOver && attempt - halvings <= retries)
      reporter.say({ type: 'failed', instance: id, attempt, retrying, problems })
      if (again) return { type: 'lost', again }
      if (!retrying) return { type: 'failed', key, problems, attempts: attempt, ...as }
      if (!smaller) continue
      halvings++
      making = smaller
      info(`memory ran out: it is tried again with ${smaller.microBatch} examples at once`)
      if (smaller.key === key) continue
      await others.hold([smaller.key])
      const there = await lookUp(smaller.instance, smaller.key)
      if (there) return there.type === 'reused' ? { ...there, as: smaller.instance } : there
    }
  }
}
