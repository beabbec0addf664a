import type { StepContext } from '../core/step-file.js'
import type { Execution } from './trainer.js'

/** Tells the log why something was no graph, where it could have been one. */
export const logExecution = (
  context: Pick<StepContext, 'log'>,
  what: string,
  execution: Execution,
): Execution => {
  if (execution.mode === 'operations' && execution.why !== undefined)
    context.log('info', `${what} runs operation by operation, not as a graph: ${execution.why}`)
  return execution
}

/** For a record: nothing where the engine has no graphs. */
export const executionRecord = (execution: Execution): { readonly execution?: Execution } =>
  execution.mode === 'graph' || execution.why !== undefined ? { execution } : {}
