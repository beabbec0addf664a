import type { InstanceId } from '../../src/core/brand.js'
import type { Rhythm } from '../../src/core/checkpoint.js'
import type { Event } from '../../src/core/event.js'
import type { Span } from '../../src/core/problem.js'
import type { StepInput, StepOutput } from '../../src/core/step-file.js'
import { identityOf, keyOf } from '../../src/plan/key.js'
import type { Instance, Plan, Status } from '../../src/plan/plan.js'
import type { Recipe } from '../../src/language/recipe.js'
import { inputsOf } from '../../src/run/make-instance.js'
import { runPlan, type RunPlanOptions } from '../../src/run/run-plan.js'
import type { AnyStepSpec } from '../../src/steps/define-step.js'
import type { RunRecord } from '../../src/store/run-record.js'
import type { Store } from '../../src/store/store.js'
import { tick } from './kinds/tick.js'

/** A step as the tests write it. */
export interface Written {
  readonly id: InstanceId
  readonly spec?: AnyStepSpec
  readonly config?: Readonly<Record<string, unknown>>
  readonly from?: readonly InstanceId[]
  readonly needs?: readonly InstanceId[]
  readonly timeout?: number
  readonly retries?: number
  readonly threads?: number
  readonly gpus?: number
  readonly onOutOfMemory?: 'halveBatch'
  readonly checkpoint?: Rhythm
}

const engine = { name: 'cpu', version: '' } as const
const at: Span = { file: '/recipe.yml', line: 3, column: 5, endLine: 3, endColumn: 9 }

const recipe: Recipe = {
  file: '/recipe.yml',
  files: [],
  inputs: [],
  outputs: {},
  pipelines: new Map(),
  digest: 'sha256:0',
  project: '/',
  seed: 1,
  engine: 'cpu',
  declared: new Map(),
  params: {},
  set: {},
  steps: [],
  gates: [],
  frame: () => '',
  mayRead: () => true,
}

const defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  tick: { value: 0, milliseconds: 0, coarse: false },
  exclusiveTick: { value: 0, milliseconds: 0, coarse: false },
  faulty: { megabytes: 0 },
  seeing: { name: 'seen', milliseconds: 0 },
  counting: { failsAt: [], milliseconds: 0 },
}

/** A plan of steps in topological order, with hits and misses as the store has them. */
export const planOf = async (steps: readonly Written[], store: Store): Promise<Plan> => {
  const instances: Instance[] = []
  const there = new Map<InstanceId, StepOutput>()
  for (const { id, spec = tick, config = {}, from = [], needs = [], ...more } of steps) {
    const full = { ...defaults[spec.kind], ...config }
    // A trace is where a step writes to, nothing that it computes from.
    const { trace: _, ...counted } = full
    const base = {
      id,
      step: id,
      kind: spec.kind,
      spec,
      config: full,
      inputs: from.length > 0 ? { from: from.map(each => ({ instance: each, output: 'sum' })) } : {},
      needs,
      after: [],
      outer: [],
      axes: {},
      matrix: {},
      files: {},
      identity: identityOf({ spec, config: counted, files: {}, seed: 1, engine, machine: 'test' }),
      seed: 1,
      engine,
      threads: more.threads ?? 1,
      ...(more.gpus === undefined ? {} : { gpus: more.gpus }),
      ...(more.onOutOfMemory === undefined ? {} : { onOutOfMemory: more.onOutOfMemory }),
      retries: more.retries ?? 0,
      ...(more.checkpoint === undefined ? {} : { checkpoint: more.checkpoint }),
      ...(more.timeout === undefined ? {} : { timeout: more.timeout }),
      outputs: {},
      at,
    }
    const waitsFor = from.filter(each => !there.has(each))
    let status: Status = { type: 'pending', waitsFor }
    if (waitsFor.length === 0) {
      const pending: Instance = { ...base, status }
      const inputs: Readonly<Record<string, readonly StepInput[]>> = inputsOf(pending.inputs, there)
      const { key } = keyOf(pending, inputs)
      const { result } = await store.results.find(key)
      status = result ? { type: 'hit', key, result } : { type: 'miss', key, why: 'never made' }
      if (result) there.set(id, result.output)
    }
    instances.push({ ...base, status })
  }
  return { recipe, instances, gates: [], engine, machine: 'test', problems: [] }
}

export interface Ran {
  readonly record: RunRecord
  readonly events: readonly Event[]
  /** Statuses by instance. */
  readonly became: Readonly<Record<InstanceId, string>>
}

/** Plans and runs steps with the real store and real workers. */
export const runSteps = async (
  steps: readonly Written[],
  store: Store,
  more: Partial<RunPlanOptions> = {},
): Promise<Ran> => {
  const events: Event[] = []
  const { emit, ...options } = more
  const record = await runPlan({
    plan: await planOf(steps, store),
    store,
    signal: new AbortController().signal,
    emit: event => {
      events.push(event)
      emit?.(event)
    },
    conclude: (instances, interrupted) => {
      const failed = instances.some(each => each.status === 'failed')
      return Promise.resolve({
        verdicts: [],
        outcome: interrupted ? 'interrupted' : failed ? 'step-failed' : 'passed',
      })
    },
    workers: 2,
    ...options,
  })
  const became = Object.fromEntries(record.instances.map(each => [each.instance, each.status]))
  return { record, events, became }
}
