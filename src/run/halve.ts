import type { Key } from '../core/brand.js'
import type { Problem } from '../core/problem.js'
import { keyOf } from '../plan/key.js'
import { halfOf, identityAt, whyWhole } from '../plan/micro-batches.js'
import type { Instance } from '../plan/plan.js'
import { ranOutOfMemory } from './worker/crash.js'

type Inputs = Parameters<typeof keyOf>[1]

/** What is made, and under which key. */
export interface Making {
  readonly instance: Instance
  readonly key: Key
  readonly parts: Readonly<Record<string, unknown>>
}

/**
 * The same with half as many examples at once; undefined where that is not asked for, memory did not run out, one
 * example was taken at a time already, or the network looks across the batch. Where the engine promises bits its
 * result has a key of its own.
 */
export const halve = (
  { instance }: Making,
  problems: readonly Problem[],
  inputs: Inputs,
): (Making & { readonly microBatch: number }) | undefined => {
  const microBatch = halfOf(instance)
  const isAsked = instance.onOutOfMemory === 'halveBatch' && ranOutOfMemory(problems)
  if (!isAsked || microBatch === undefined || whyWhole(instance) !== undefined) return undefined
  const smaller = { ...instance, microBatch, identity: identityAt(instance.identity, microBatch) }
  return { instance: smaller, microBatch, ...keyOf(smaller, inputs) }
}

/** What can be done about too little memory that was not done. */
const adviceFor = (instance: Instance): string | undefined => {
  if (!instance.spec.microBatches) return undefined
  if (instance.onOutOfMemory === undefined)
    return 'With `onOutOfMemory: halveBatch` a step goes on with fewer examples at once.'
  const why = whyWhole(instance)
  if (why !== undefined) return `Its batches cannot be halved: ${why}.`
  return halfOf(instance) === undefined ? 'It took one example at a time already.' : undefined
}

/** Problems of an attempt with what halving has to do with them. */
export const advise = (instance: Instance, problems: readonly Problem[]): readonly Problem[] => {
  const advice = ranOutOfMemory(problems) ? adviceFor(instance) : undefined
  if (advice === undefined) return problems
  return problems.map(each =>
    ranOutOfMemory([each]) ? { ...each, hint: each.hint ? `${each.hint} ${advice}` : advice } : each,
  )
}
