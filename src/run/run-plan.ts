import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Emitted, Event, Outcome } from '../core/event.js'
import { ProblemError, type Problem } from '../core/problem.js'
import type { StepOutput } from '../core/step-file.js'
import type { Verdict } from '../core/verdict.js'
import type { Instance, Plan } from '../plan/plan.js'
import { recordVersion } from '../store/record-migrations.js'
import type { InstanceRecord, RunRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import { growingFigures } from '../expression/figures.js'
import type { Attempt } from './attempt.js'
import type { Choosing } from '../plan/take-chosen.js'
import { makeOtherRuns } from './other-runs.js'
import { makeDecider, settleChosen } from './decide.js'
import { concludeHealing, isLoss, makeHealer } from './heal.js'
import { holdHits } from './hold-hits.js'
import { openLanes, type LaneSettings } from './lanes/lanes.js'
import { sharedObjects } from './lanes/shared-objects.js'
import { inputsOf, makeMaker } from './make-instance.js'
import { askedOf, recordOf } from './record-of.js'
import { makeReporter } from './reporter.js'
import { before, schedule } from './schedule.js'
import { whereOf } from './where.js'

export interface Conclusion {
  readonly verdicts: readonly Verdict[]
  readonly outcome: Outcome
  /** What the run should say beside its steps and gates, as warnings. */
  readonly problems?: readonly Problem[]
}

export interface RunPlanOptions extends LaneSettings {
  readonly plan: Plan
  readonly store: Store
  /** Sees every event as it happens. */
  readonly emit: (event: Event) => void
  /** Cancels the run: running steps are asked to stop and ended after the grace. */
  readonly signal: AbortSignal
  /** Go on with what does not depend on a failed step. Absent: no new step starts after a failure. */
  readonly keepGoing?: boolean
  /** Milliseconds between asking a step to stop and ending its thread. Absent: 2,000. */
  readonly grace?: number
  /** What the user limited the run to, for its record. */
  readonly only?: readonly string[]
  /** Judges the gates, once nothing runs any more. */
  readonly conclude: (instances: readonly InstanceRecord[], interrupted: boolean) => Promise<Conclusion>
}

/**
 * Runs a plan: what it found in the store is reused, the rest is made in lanes, then the gates are judged and the
 * record is written. A failed step is in the record; a store that cannot hold the run's folder throws ProblemError
 * before anything starts.
 */
export const runPlan = async (options: RunPlanOptions): Promise<RunRecord> => {
  const { store, signal } = options
  const started = new Date()
  const clock = performance.now()
  const run = await store.runs.open(started)
  const { project } = options.plan.recipe
  const where = whereOf({ project, engine: options.plan.engine, machine: options.plan.machine })
  const halt = new AbortController()
  const running = new Set<Attempt>()
  const stop = (): void => {
    halt.abort()
    for (const attempt of running) attempt.stop()
  }
  const reporter = makeReporter(run, options.emit, stop)
  const others = makeOtherRuns({ store, run, reporter, signal: AbortSignal.any([signal, halt.signal]) })
  const { plan, sources } = await holdHits(options.plan, store, others)
  const records = new Map<string, InstanceRecord>()
  const outputs = new Map<string, StepOutput>()
  const objects = sharedObjects(store)
  let interrupted = false

  const figures = growingFigures('validation')
  const leftOut = new Set<string>()
  const keep = (record: InstanceRecord): void => {
    records.set(record.instance, record)
    figures.add(record)
  }
  const leaveOut = (instance: Instance, reason: string): void => {
    leftOut.add(instance.id)
    reporter.say({ type: 'skipped', instance: instance.id, reason })
    keep(recordOf(instance, { status: 'skipped', reason }))
  }
  const expectReading = (instance: Instance): void => {
    for (const id of before(instance)) objects.expect(id, 1)
  }
  const decide = makeDecider(plan.instances, id => leftOut.has(id), figures)
  const settleChoice = (instance: Instance, decided: Choosing): 'there' | 'failed' => {
    const settled = settleChosen(instance, decided, outputs)
    reporter.say(
      settled.ok
        ? { type: 'finished', instance: instance.id, seconds: 0, metrics: {} }
        : { type: 'failed', instance: instance.id, attempt: 1, retrying: false, problems: settled.problems },
    )
    if (!settled.ok) {
      keep(recordOf(instance, { status: 'failed', problems: settled.problems, attempts: 1 }))
      return 'failed'
    }
    const { output, key } = settled.value
    there(instance, output)
    keep(recordOf(instance, { status: 'finished', key, seconds: 0, output }))
    return 'there'
  }

  const healer = makeHealer(store, plan.instances, outputs)
  const there = (instance: Instance, output: StepOutput): void => {
    healer.compare(instance, outputs.get(instance.id), output)
    outputs.set(instance.id, output)
    objects.own(instance.id, Object.values(output.outputs))
  }
  const lanes = openLanes(options, digest => objects.open(digest))
  const make = makeMaker({
    store,
    reporter,
    others,
    grace: options.grace ?? 2000,
    runFolder: join(store.folder, 'runs', run.id),
    interrupted: () => halt.signal.aborted,
    lost: async (instance, problems) => {
      const decided = problems.some(isLoss) ? decide(instance) : undefined
      return decided?.type === 'make' ? healer.lostInputs(instance, decided.inputs, problems) : undefined
    },
    running,
  })

  // What a kill left between a result and the end of its step.
  await store.checkpoints.sweep(key => existsSync(store.results.path(key)))
  reporter.say({
    type: 'planned',
    run: run.id,
    recipe: plan.recipe.file,
    instances: plan.instances.map(({ id, step, kind, status }) => ({
      instance: id,
      step,
      kind,
      status: status.type,
    })),
  })
  const toMake = plan.instances.filter(({ status }) => status.type === 'miss' || status.type === 'pending')
  for (const instance of toMake) expectReading(instance)
  for (const instance of plan.instances) {
    if (instance.status.type === 'skipped') leaveOut(instance, instance.status.why)
    if (instance.status.type !== 'hit') continue
    const { key, result } = instance.status
    there(instance, result.output)
    keep(recordOf(instance, { status: 'reused', key, seconds: result.seconds, output: result.output }))
    reporter.reused(instance.id)
  }
  reporter.flush()

  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const makeAll = (instances: readonly Instance[]): Promise<void> =>
    schedule({
      instances,
      all: plan.instances,
      keepGoing: options.keepGoing ?? false,
      laneOf: instance => lanes.of(instance),
      interrupted: () => halt.signal.aborted,
      signal: halt.signal,
      make: async instance => {
        const decided = decide(instance)
        if (decided.type === 'left-out') {
          leaveOut(instance, decided.why)
          return 'left-out'
        }
        if (decided.type === 'chosen' || decided.type === 'none') return settleChoice(instance, decided)
        const made = await make(instance, lanes.of(instance), inputsOf(decided.inputs, outputs))
        if (made.type === 'interrupted') return 'interrupted'
        if (made.type === 'by-another' || made.type === 'lost') return made
        const { type: status, as = instance, ...rest } = made
        keep(recordOf(as, { status, ...rest }))
        if (made.type === 'failed') return 'failed'
        there(instance, made.output)
        return 'there'
      },
      skip: (instance, reason) => {
        interrupted ||= reason === 'interrupted'
        reporter.say({ type: 'skipped', instance: instance.id, reason })
        records.set(instance.id, recordOf(instance, { status: 'skipped', reason }))
      },
      reopened: expectReading,
      settled: instance => {
        for (const id of before(instance)) objects.release(id)
      },
    })
  const conclude = (): Promise<Conclusion> =>
    options.conclude(
      plan.instances.map(({ id }) => records.get(id)!),
      interrupted,
    )
  let concluded: Conclusion
  try {
    await makeAll(toMake)
    const fault = reporter.fault()
    if (fault) throw fault.error
    // Gates read objects too.
    concluded = await concludeHealing(conclude, healer, async lost => {
      for (const instance of lost) expectReading(instance)
      await makeAll(lost)
    })
  } finally {
    signal.removeEventListener('abort', stop)
    for (const attempt of running) attempt.stop()
    await lanes.close()
  }
  const fault = reporter.fault()
  if (fault) throw fault.error

  const { verdicts, outcome } = concluded
  const instances = plan.instances.map(({ id }) => records.get(id)!)
  const seconds = (performance.now() - clock) / 1000
  const last: Emitted[] = [
    ...verdicts.map(verdict => ({ type: 'gate' as const, verdict })),
    { type: 'ended', run: run.id, outcome, seconds },
  ]
  for (const event of last) reporter.say(event)

  const record: RunRecord = {
    version: recordVersion,
    id: run.id,
    started: started.toISOString(),
    seconds,
    outcome,
    asked: askedOf(plan, sources, options.only),
    where: await where,
    instances,
    verdicts,
    problems: [...plan.problems, ...healer.problems(), ...(concluded.problems ?? [])],
  }
  try {
    await run.close(record)
    return record
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    // The steps ended as they did and their results are kept: only the record of it could not be written.
    const problems: readonly Problem[] = [...record.problems, ...error.problems]
    return { ...record, outcome: outcome === 'interrupted' ? outcome : 'step-failed', problems }
  }
}
