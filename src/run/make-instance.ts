import { join } from 'node:path'
import type { Artifact } from '../core/artifact.js'
import type { Key } from '../core/brand.js'
import type { Moment } from '../core/checkpoint.js'
import { problem, type Problem } from '../core/problem.js'
import type { StepInput, StepOutput } from '../core/step-file.js'
import { formatSeconds } from '../core/units.js'
import { keyOf } from '../plan/key.js'
import type { Instance } from '../plan/plan.js'
import { stepFileOf } from '../plan/step-file.js'
import type { Store } from '../store/store.js'
import { startAttempt, type Attempt } from './attempt.js'
import { checkOutput } from './check-output.js'
import type { ByAnother, OtherRuns } from './other-runs.js'
import { keepResult } from './keep-result.js'
import type { Lane } from './lanes/lane.js'
import type { Reporter } from './reporter.js'

/** What became of an instance whose inputs were there. */
export type Made =
  | {
      readonly type: 'reused' | 'finished'
      readonly key: Key
      readonly output: StepOutput
      readonly seconds: number
      readonly attempts?: number
      /** Where it went on from, when an earlier attempt was cut short. */
      readonly resumed?: Moment
    }
  | {
      readonly type: 'failed'
      readonly key: Key
      readonly problems: readonly Problem[]
      readonly attempts: number
    }
  | { readonly type: 'interrupted'; readonly key: Key; readonly attempts: number }
  | ByAnother
  /** The store lost some of its inputs: they are made again, and then it is tried once more. */
  | { readonly type: 'lost'; readonly again: readonly Instance[] }

/** By port. */
type Inputs = Readonly<Record<string, readonly StepInput[]>>

export interface MakeOptions {
  readonly store: Store
  readonly reporter: Reporter
  readonly others: OtherRuns
  /** Milliseconds between asking a step to stop and ending its thread. */
  readonly grace: number
  /** Folder of the run, for what a crash leaves. */
  readonly runFolder: string
  readonly interrupted: () => boolean
  /** Who must be made again, as the store lost what an instance reads; undefined: it did not, or nobody can help. */
  readonly lost: (
    instance: Instance,
    problems: readonly Problem[],
  ) => Promise<readonly Instance[] | undefined>
  /** Every attempt while it runs, so that a cancelled run can stop it. */
  readonly running: Set<Attempt>
}

/** The artifact that an edge names; a finished instance always has it, since outputs are checked. */
const artifactOf = (output: StepOutput | undefined, from: string, name: string): Artifact => {
  const artifact = output?.outputs[name]
  if (!artifact) throw new Error(`${from} has no output ${name}`)
  return artifact
}

export const inputsOf = (inputs: Instance['inputs'], outputs: ReadonlyMap<string, StepOutput>): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([port, edges]) => [
      port,
      edges.map(({ instance: from, output }) => ({
        from,
        output,
        artifact: artifactOf(outputs.get(from), from, output),
      })),
    ]),
  )

const fileName = (text: string): string => text.replace(/[^\w=,.[\]-]+/g, '_').slice(0, 120)

const timeoutProblem = ({ id, timeout }: Instance): Problem =>
  problem('step-timeout', `"${id}" took longer than its timeout of ${formatSeconds((timeout ?? 0) / 1000)}`, {
    hint: 'Raise `timeout`, or make the step smaller.',
  })

/** Makes instances: looks up their keys, runs what is not in the store, and puts it there. */
export const makeMaker = (options: MakeOptions) => {
  const { store, reporter, others, grace, runFolder, running } = options
  /** Two instances may have one key: the second waits for the first and then finds its result. */
  const making = new Map<Key, Promise<unknown>>()

  const tryOnce = async (
    instance: Instance,
    lane: Lane,
    step: ReturnType<typeof stepFileOf>,
    attempt: number,
    resumed: (from: Moment) => void,
  ): Promise<
    { readonly output: StepOutput } | { readonly problems: readonly Problem[] } | 'interrupted' | 'swept'
  > => {
    const mark = store.sweeps.mark()
    const begun = startAttempt({
      lane,
      assignment: {
        step,
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

  const attempts = async (
    instance: Instance,
    lane: Lane,
    { key, parts }: ReturnType<typeof keyOf>,
    inputs: Inputs,
  ): Promise<Made> => {
    const step = stepFileOf(instance, key, inputs)
    const place = (found: readonly Problem[]): readonly Problem[] =>
      found.map(each => (each.at ? each : { ...each, at: instance.at }))
    for (let attempt = 1; ; attempt++) {
      let resumed: Moment | undefined
      reporter.say({ type: 'started', instance: instance.id, attempt, lane: lane.name })
      const began = performance.now()
      const tried = await tryOnce(instance, lane, step, attempt, from => (resumed = from))
      const seconds = (performance.now() - began) / 1000
      if (tried === 'interrupted') return { type: 'interrupted', key, attempts: attempt }
      const { kind, id } = instance
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
        reporter.say({
          type: 'log',
          instance: id,
          level: 'info',
          message: 'trimtab gc swept away bytes that it stored as well; it is made again',
        })
        attempt--
        continue
      }
      if ('output' in kept) {
        await store.checkpoints.remove(key)
        reporter.say({ type: 'finished', instance: id, seconds, metrics: kept.output.metrics ?? {} })
        return {
          type: 'finished',
          key,
          output: kept.output,
          seconds,
          attempts: attempt,
          ...(resumed ? { resumed } : {}),
        }
      }
      const problems = place(kept.problems)
      const again = options.interrupted() ? undefined : await options.lost(instance, problems)
      const retrying = again !== undefined || (attempt <= instance.retries && !options.interrupted())
      reporter.say({ type: 'failed', instance: instance.id, attempt, retrying, problems })
      if (again) return { type: 'lost', again }
      if (!retrying) return { type: 'failed', key, problems, attempts: attempt }
    }
  }

  const lookUp = async (instance: Instance, key: Key): Promise<Made | undefined> => {
    const { result, problems } = await store.results.find(key)
    for (const { message } of problems)
      reporter.say({ type: 'log', instance: instance.id, level: 'warning', message })
    if (!result) return undefined
    reporter.reused(instance.id)
    return { type: 'reused', key, output: result.output, seconds: result.seconds }
  }

  /** What is there needs no claim; what is not may come from another run before this one has the claim. */
  const lookUpOrRun = async (
    instance: Instance,
    lane: Lane,
    keyed: ReturnType<typeof keyOf>,
    inputs: Inputs,
  ): Promise<Made> => {
    const { key } = keyed
    await others.hold([key])
    return (
      (await lookUp(instance, key)) ??
      others.alone(
        instance.id,
        key,
        async () => (await lookUp(instance, key)) ?? attempts(instance, lane, keyed, inputs),
      )
    )
  }

  return (instance: Instance, lane: Lane, inputs: Inputs): Promise<Made> => {
    const keyed = keyOf(instance, inputs)
    const twin = making.get(keyed.key)
    const made = (twin ?? Promise.resolve()).then(() => lookUpOrRun(instance, lane, keyed, inputs))
    making.set(
      keyed.key,
      made.catch(() => undefined),
    )
    return made
  }
}
