import { enginePromises } from '../core/promise.js'
import type { EngineName } from '../core/engine-name.js'
import { problem, type Problem } from '../core/problem.js'
import { layersAcrossBatch } from '../network/across-batch.js'
import type { Description } from '../steps/define-step.js'
import type { InstanceRecord } from '../store/run-record.js'
import type { Instance, Plan } from './plan.js'

type Identity = Instance['identity']

/** What a result is made with that takes its batches in parts, and what enters its key then. */
export interface Reduced {
  readonly microBatch: number
  readonly identity: Identity
}

const isNamed = (engine: unknown): engine is { readonly name: EngineName } =>
  typeof engine === 'object' && engine !== null && 'name' in engine

/**
 * Does its engine promise bits? Then sums in parts, which are rounded otherwise, are another result, under a key of its
 * own. So they are of a kind that computes with no engine.
 */
const promisesBits = ({ engine }: Identity): boolean =>
  !isNamed(engine) || enginePromises[engine.name].kind === 'bitwise'

/** Half of what was taken at once, rounded up; undefined where that was one example, or nobody knows what a batch is. */
export const halfOf = ({
  config,
  microBatch,
}: Pick<Instance, 'config' | 'microBatch'>): number | undefined => {
  const now = microBatch ?? config['batchSize']
  return typeof now === 'number' && now > 1 ? Math.ceil(now / 2) : undefined
}

/** The identity of what is made with so many examples at once: the same where the engine promises a tolerance alone. */
export const identityAt = (identity: Identity, microBatch: number): Identity =>
  promisesBits(identity) ? { ...identity, microBatch } : identity

/** Under which other keys a result may lie that serves a step as well: with the most examples at once first. */
export const reductionsOf = (
  step: Pick<Instance, 'config' | 'onOutOfMemory' | 'microBatch' | 'identity'>,
): readonly Reduced[] => {
  if (step.onOutOfMemory === undefined || !promisesBits(step.identity)) return []
  const found: Reduced[] = []
  for (let at = halfOf(step); at !== undefined; at = halfOf({ config: step.config, microBatch: at }))
    found.push({ microBatch: at, identity: identityAt(step.identity, at) })
  return found
}

/** The examples that a step took at once, as a run's record says. Undefined: all of a batch, or nobody knows. */
export const partsOf = ({
  identity,
  output,
}: Pick<InstanceRecord, 'identity' | 'output'>): number | undefined => {
  // Where the engine promises a tolerance alone they are no part of the key, and the step itself tells.
  const found = identity?.['microBatch'] ?? output?.record?.['microBatch']
  return typeof found === 'number' ? found : undefined
}

/** In what two steps differ that took other parts of their batches at once, in words. */
export const partsText = (was: unknown, is: unknown): string =>
  `examples at once were ${JSON.stringify(was) ?? 'all'}, are ${JSON.stringify(is) ?? 'all'}`

/**
 * A plan whose steps take as many examples at once as they did before (`parts`: how many; undefined: all), from their
 * first attempt on: their bits are those of these parts.
 */
export const takenAs = (plan: Plan, parts: (id: Instance['id']) => number | undefined): Plan => {
  const instances = plan.instances.map((instance): Instance => {
    const { microBatch: now, ...rest } = instance
    const microBatch = parts(instance.id)
    if (microBatch === now) return instance
    const { microBatch: _, ...whole } = instance.identity
    const status = { type: 'pending', waitsFor: [] } as const
    return microBatch === undefined
      ? { ...rest, identity: whole, status }
      : { ...rest, microBatch, identity: identityAt(whole, microBatch), status }
  })
  return { ...plan, instances }
}

/** The layers of a step's network, as far as it is known, for which a batch must stay whole. */
const across = (outputs: Readonly<Record<string, Description>>): readonly string[] =>
  Object.values(outputs).flatMap(output => {
    if (output.type !== 'model') return []
    const network = output.network ?? output.between?.widest
    return network ? layersAcrossBatch(network) : []
  })

/** Why a step's batches cannot be taken in parts, in a clause; undefined where nothing is known against it. */
export const whyWhole = ({ outputs }: Pick<Instance, 'outputs'>): string | undefined => {
  const [layer, ...more] = across(outputs)
  if (layer === undefined) return undefined
  return more.length === 0
    ? `layer "${layer}" normalizes over the batch`
    : `layer "${layer}" and ${more.length} more normalize over the batch`
}

/** Warnings of steps that ask for `halveBatch` and could not have it. */
export const checkMicroBatches = ({ instances, recipe }: Plan): readonly Problem[] => {
  const told = new Set<string>()
  const steps = new Map(recipe.steps.map(step => [step.id, step]))
  return instances.flatMap(instance => {
    const why = instance.onOutOfMemory === undefined ? undefined : whyWhole(instance)
    if (why === undefined || told.has(instance.step)) return []
    told.add(instance.step)
    const at = steps.get(instance.step)?.locate(['onOutOfMemory']) ?? instance.at
    return [
      problem(
        'halve-batch-refused',
        `"${instance.id}" will fail where memory runs out: ${why}, and over half of it this would be another training`,
        {
          severity: 'warning',
          at,
          frame: recipe.frame(at),
          hint: 'Set a batchSize that fits, use layerNormalization, or remove onOutOfMemory.',
        },
      ),
    ]
  })
}
