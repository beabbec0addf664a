import { existsSync } from 'node:fs'
import { ProblemError, type Problem } from '../core/problem.js'
import type { StepOutput } from '../core/step-file.js'
import type { Instance } from '../plan/plan.js'
import type { Store, StoredResult } from '../store/store.js'
import { checkOutput } from './check-output.js'
import type { OtherRuns } from './other-runs.js'

/** `swept`: bytes of it were swept away before the result named them. */
export type Kept = { readonly output: StepOutput } | { readonly problems: readonly Problem[] } | 'swept'

/**
 * Puts a result under its key. The first one stands: a run that lost its claim while it slept goes on with what is
 * there, so that all runs end with the same digests, also those of kinds that measure. Gives the problems of a store
 * that takes no writes.
 */
export const keepResult = async (
  store: Store,
  others: OtherRuns,
  instance: Instance,
  result: StoredResult,
): Promise<Kept> => {
  if (existsSync(store.results.path(result.key))) {
    const found = await store.results.find(result.key)
    if (found.result) return { output: found.result.output }
  }
  try {
    await store.results.save(result)
  } catch (error) {
    if (error instanceof ProblemError) return { problems: error.problems }
    throw error
  }
  // A step may give bytes that were there already: gc knew no reason to keep them before the result named them.
  await others.unswept()
  return checkOutput(instance, result.output, store.objects).length > 0 ? 'swept' : { output: result.output }
}
