import { engineNames, type EngineChoice } from '../core/engine-name.js'
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

/** How a training on native ran: its record's `execution`. Undefined: the record has none. */
export const executionText = ({ output }: InstanceRecord): string | undefined => {
  const execution = output?.record?.['execution']
  if (!isRecord(execution)) return undefined
  if (execution['mode'] === 'graph') return 'each step as one graph'
  const why = typeof execution['why'] === 'string' ? `: ${execution['why']}` : ''
  return `operation by operation${why}`
}
