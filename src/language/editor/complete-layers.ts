import type { Completion } from './completion.js'
import type { Cursor } from './cursor.js'

/** A layer of a real network. */
export interface NamedLayer {
  readonly name: string
  readonly type: string
}

/** The step whose rules say at the cursor which layers they are about; undefined elsewhere. */
export const rulesAt = ({ path, on }: Cursor): string | undefined => {
  const [part, id, field, index, key, ...more] = path
  const isRule = part === 'steps' && field === 'rules' && typeof index === 'number' && key === 'layers'
  return on !== 'key' && isRule && more.length === 0 && typeof id === 'string' ? id : undefined
}

/** Names of layers, and a pattern for each type that has several. */
export const completeLayers = (layers: readonly NamedLayer[]): Completion[] => {
  const counts = new Map<string, number>()
  for (const { type } of layers) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [
    ...layers.map(({ name, type }): Completion => ({ label: name, is: 'layer', detail: type })),
    ...[...counts]
      .filter(([, count]) => count > 1)
      .map(([type, count]): Completion => ({
        label: `{type: ${type}}`,
        is: 'layer',
        detail: `${count} layers`,
        rank: 2,
      })),
  ]
}
