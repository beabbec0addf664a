import type { Artifact, Metrics } from '../core/artifact.js'
import type { InstanceId, Key } from '../core/brand.js'
import { parseInstanceName } from '../core/instance-name.js'
import { isThere, modelFacts } from '../expression/figures.js'
import type { Lock, LockedLatency, LockedStep } from '../store/lock.js'
import type { InstanceRecord, RunRecord } from '../store/run-record.js'
import type { Store, StoredResult } from '../store/store.js'
import type { SideName } from './side-name.js'

/** An instance of a run or of a lock, as both can be compared. */
export interface ComparedInstance {
  readonly instance: InstanceId
  readonly kind: string
  /** The model that its metrics are about; absent: itself. */
  readonly about?: InstanceId
  readonly key?: Key
  /** By output: digests always, the artifact where the record or the store holds it. */
  readonly outputs: Readonly<
    Record<string, Pick<Artifact, 'type' | 'digest' | 'bytes' | 'objects'> & Partial<Artifact>>
  >
  readonly metrics: Metrics
  readonly latency?: Readonly<Record<InstanceId, LockedLatency>>
  /** Class of machine that its times are of. */
  readonly machine?: string
  /** Where it takes its data from, by the digest of the artifact. */
  readonly data?: string
  /** Inputs by port. Absent: a lock does not tell. */
  readonly inputs?: InstanceRecord['inputs']
  readonly seconds?: number
  /** The record that it came from; absent of a lock. */
  readonly record?: InstanceRecord
  readonly locked?: LockedStep
  /** What entered its key, where the store still tells. */
  readonly parts?: StoredResult['parts']
}

/** One of the two that are compared: a run, or a lock. */
export interface ComparedSide extends SideName {
  readonly run?: RunRecord
  /** Instances that ended well, in the order of the run. */
  readonly instances: readonly ComparedInstance[]
  readonly store: Store
}

const latencyOf = (output: StoredResult['output'] | undefined): Pick<ComparedInstance, 'latency'> => {
  const models = output?.measurements?.['models'] as Readonly<Record<string, LockedLatency>> | undefined
  return models === undefined ? {} : { latency: models }
}

/** Facts of a model and the bytes that it takes in the store stand among what was measured. */
const metricsOf = (output: StoredResult['output'] | undefined): Metrics => {
  const model = Object.values(output?.outputs ?? {}).find(({ type }) => type === 'model')
  const facts = {
    ...output?.metrics?.['model'],
    ...(output ? modelFacts({ output }) : {}),
    ...(model ? { storedBytes: model.storedBytes } : {}),
  }
  return { ...output?.metrics, ...(Object.keys(facts).length > 0 ? { model: facts } : {}) }
}

/** A lock holds a model's bytes beside its outputs. */
const lockedMetrics = ({ metrics = {}, outputs = {} }: LockedStep): Metrics => {
  const model = Object.values(outputs).find(({ type }) => type === 'model')
  if (!model) return metrics
  const storedBytes = Object.values(model.objects).reduce((sum, { bytes }) => sum + bytes, 0)
  return { ...metrics, model: { ...metrics['model'], bytes: model.bytes, storedBytes } }
}

/** A run as it is compared. */
export const sideOfRun = (run: RunRecord, store: Store): ComparedSide => {
  const digests = new Map<string, string>()
  for (const { instance, output } of run.instances) {
    const [first] = Object.values(output?.outputs ?? {})
    if (first) digests.set(instance, first.digest)
  }
  const instances = run.instances.filter(isThere).map((record): ComparedInstance => {
    const { instance, kind, about, key, inputs, seconds, output } = record
    const data = inputs['data']?.[0]
    const digest = data === undefined ? undefined : digests.get(data)
    const machine = record.identity?.['machine']
    return {
      instance,
      kind,
      ...(about === undefined ? {} : { about }),
      ...(key === undefined ? {} : { key }),
      outputs: output?.outputs ?? {},
      metrics: metricsOf(output),
      ...latencyOf(output),
      ...(typeof machine === 'string' ? { machine } : {}),
      ...(digest === undefined ? {} : { data: digest }),
      inputs,
      ...(seconds === undefined ? {} : { seconds }),
      record,
    }
  })
  return { type: 'run', name: run.id, recipe: run.asked.recipe, started: run.started, run, instances, store }
}

/** A lock as it is compared; what it leaves out comes from the store, where that still has its results. */
export const sideOfLock = (lock: Lock, name: string, recipe: string, store: Store): ComparedSide => {
  const instanceOf = (
    instance: InstanceId,
    locked: LockedStep,
    more: Partial<ComparedInstance> = {},
  ): ComparedInstance => {
    const result = store.results.peek(locked.key)
    const member = parseInstanceName(instance)?.member
    const inputs = result?.parts['inputs'] as Readonly<Record<string, readonly string[]>> | undefined
    const data = inputs?.['data']?.[0]
    const artifacts = result?.output.outputs
    return {
      instance,
      kind: locked.kind,
      ...(member === undefined ? {} : { about: member }),
      key: locked.key,
      outputs: Object.fromEntries(
        Object.entries(locked.outputs ?? {}).map(([output, each]) => {
          const artifact = artifacts?.[output]
          return [output, artifact?.digest === each.digest ? artifact : each]
        }),
      ),
      metrics: lockedMetrics(locked),
      ...(data === undefined ? {} : { data }),
      locked,
      ...(result ? { parts: result.parts, seconds: result.seconds } : {}),
      ...more,
    }
  }
  return {
    type: 'lock',
    name,
    recipe,
    instances: [
      ...Object.entries(lock.steps).map(([instance, locked]) => instanceOf(instance, locked)),
      ...Object.values(lock.measured).map(each =>
        instanceOf(each.instance, each, {
          machine: each.machine,
          ...(each.latency ? { latency: each.latency } : {}),
        }),
      ),
    ],
    store,
  }
}
