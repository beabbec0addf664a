import { engineNames, type EngineChoice } from '../core/engine-name.js'
import { count } from './figures.js'
import type { InstanceRecord } from '../store/run-record.js'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** The engine in a step's identity; undefined: it needs none, or its record does not say. */
export const engineOf = ({ identity }: InstanceRecord): EngineChoice | undefined => {
  const engine = identity?.['engine']
  if (!isRecord(engine)) return undefined
  const name = engineNames.find(each => each === engine['name'])
  const version = engine['version']
  return name === undefined || typeof version !== 'string' ? undefined : { name, version }
}

/** `, products in float16, the loss times 32,768 at the end, 2 steps skipped`; empty in float32. */
const mixedText = (mixed: unknown): string => {
  if (!isRecord(mixed)) return ''
  const { compute, lossScale, skippedSteps } = mixed
  const scaled =
    typeof lossScale === 'number' && typeof skippedSteps === 'number'
      ? `, the loss times ${count(lossScale)} at the end, ${count(skippedSteps)} step${skippedSteps === 1 ? '' : 's'} skipped`
      : ''
  return `, products in ${String(compute)}${scaled}`
}

/** How a training on native ran: its record's `execution`. Undefined: the record has none. */
export const executionText = ({ output }: InstanceRecord): string | undefined => {
  const execution = output?.record?.['execution']
  if (!isRecord(execution)) return undefined
  if (execution['mode'] === 'graph') return `each step as one graph${mixedText(execution['mixedPrecision'])}`
  const why = typeof execution['why'] === 'string' ? `: ${execution['why']}` : ''
  return `operation by operation${why}`
}
