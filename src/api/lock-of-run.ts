import { basename, dirname, isAbsolute, relative, sep } from 'node:path'
import type { ObjectRef } from '../core/artifact.js'
import { version } from '../core/home.js'
import type { StepOutput } from '../core/step-file.js'
import { isThere, modelFacts } from '../expression/figures.js'
import { machineBound } from '../plan/locked.js'
import { partsOf } from '../plan/micro-batches.js'
import type { Instance, Plan } from '../plan/plan.js'
import {
  measurementName,
  type Lock,
  type LockedLatency,
  type LockedMeasurement,
  type LockedOutput,
  type LockedStep,
} from '../store/lock.js'
import type { InstanceRecord } from '../store/run-record.js'

const isEmpty = (map: object): boolean => Object.keys(map).length === 0

/** Where a file lies from the recipe's folder; one outside of the project by its name alone, since that place is a machine's own. */
const filesOf = (instance: Instance, plan: Plan): Readonly<Record<string, ObjectRef>> => {
  const home = dirname(plan.recipe.file)
  const found: Record<string, ObjectRef> = {}
  for (const { path, digest, bytes } of Object.values(instance.files)) {
    const inProject = relative(plan.recipe.project, path)
    const isOutside = inProject.startsWith('..') || isAbsolute(inProject)
    const name = isOutside ? `…/${basename(path)}` : relative(home, path).split(sep).join('/')
    let free = name
    for (let more = 2; Object.hasOwn(found, free) && found[free]!.digest !== digest; more++)
      free = `${name} (${more})`
    found[free] = { digest, bytes }
  }
  return found
}

const outputsOf = (output: StepOutput): Readonly<Record<string, LockedOutput>> =>
  Object.fromEntries(
    Object.entries(output.outputs).map(([name, { type, digest, bytes, objects }]) => [
      name,
      {
        type,
        digest,
        bytes,
        objects: Object.fromEntries(
          Object.entries(objects).map(([each, object]) => [
            each,
            { digest: object.digest, bytes: object.bytes },
          ]),
        ),
      },
    ]),
  )

const metricsOf = (output: StepOutput): NonNullable<LockedStep['metrics']> => {
  const { bytes: _, ...facts } = modelFacts({ output })
  const all = { ...output.metrics, model: { ...output.metrics?.['model'], ...facts } }
  const finite = Object.entries(all).map(([split, figures]) => [
    split,
    Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value))),
  ])
  return Object.fromEntries(finite.filter(([, figures]) => !isEmpty(figures as object)))
}

const latencyOf = (output: StepOutput): Readonly<Record<string, LockedLatency>> => {
  const models = (output.measurements?.['models'] ?? {}) as Readonly<Record<string, Partial<LockedLatency>>>
  return Object.fromEntries(
    Object.entries(models).flatMap(([model, { p50, p95, ratio }]) =>
      p50 === undefined || p95 === undefined || ratio === undefined ? [] : [[model, { p50, p95, ratio }]],
    ),
  )
}

const blockOf = (instance: Instance, record: InstanceRecord, plan: Plan): LockedStep => {
  const output = record.output ?? { outputs: {} }
  const files = filesOf(instance, plan)
  const outputs = outputsOf(output)
  const metrics = metricsOf(output)
  const microBatch = partsOf(record)
  return {
    kind: instance.kind,
    key: record.key!,
    ...(instance.spec.draws ? { seed: instance.seed } : {}),
    ...(instance.spec.computes
      ? { engine: { name: instance.engine.name, version: instance.engine.version } }
      : {}),
    ...(microBatch === undefined ? {} : { microBatch }),
    made: { trimtab: version(), node: process.version, platform: `${process.platform}-${process.arch}` },
    ...(isEmpty(files) ? {} : { files }),
    ...(isEmpty(outputs) ? {} : { outputs }),
    ...(isEmpty(metrics) ? {} : { metrics }),
  }
}

/** What a whole run made and measured, as a lock holds it; nothing was accepted of it yet. */
export const lockOfRun = (plan: Plan, records: readonly InstanceRecord[]): Lock => {
  const bound = machineBound(plan)
  const byId = new Map(plan.instances.map(instance => [instance.id, instance]))
  const steps: Record<string, LockedStep> = {}
  const measured: Record<string, LockedMeasurement> = {}
  for (const record of records) {
    const instance = byId.get(record.instance)
    if (!instance || !isThere(record) || record.key === undefined) continue
    const block = blockOf(instance, record, plan)
    if (!bound.has(instance.id)) steps[instance.id] = block
    else {
      const latency = latencyOf(record.output ?? { outputs: {} })
      measured[measurementName(instance.id, plan.machine)] = {
        instance: instance.id,
        machine: plan.machine,
        ...block,
        ...(isEmpty(latency) ? {} : { latency }),
      }
    }
  }
  return { version: 1, recipe: basename(plan.recipe.file), accepted: {}, steps, measured }
}
