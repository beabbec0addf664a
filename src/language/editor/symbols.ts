import type { Entry } from '../node.js'
import { entriesOf, textAt, type Outline } from './outline.js'

/** A thing of the recipe for a table of contents. */
export interface RecipeSymbol {
  readonly name: string
  readonly is: 'part' | 'step' | 'param' | 'input' | 'gate'
  readonly detail: string
  /** Offsets of the whole, and of its name. */
  readonly start: number
  readonly end: number
  readonly key: { readonly start: number; readonly end: number }
  readonly children: readonly RecipeSymbol[]
}

/** What a line of the table says beside a name: a step's kind, a param's value, a gate's form. */
const detailOf = (is: RecipeSymbol['is'], { value }: Entry): string => {
  if (is === 'step') return textAt(value, 'kind') ?? ''
  if (is === 'gate') return [...entriesOf(value).keys()][0] ?? ''
  return value.kind === 'scalar' ? String(value.value ?? '') : (textAt(value, 'type') ?? '')
}

const children = { params: 'param', inputs: 'input', steps: 'step', gates: 'gate' } as const

/** Params, inputs, steps and gates, each under its part. */
export const symbolsOf = ({ root }: Outline): RecipeSymbol[] =>
  (['params', 'inputs', 'steps', 'gates'] as const).flatMap(name => {
    const entry = entriesOf(root).get(name)
    if (!entry) return []
    const is = children[name]
    const symbol = (name: string, entry: Entry, is: RecipeSymbol['is']): RecipeSymbol => ({
      name,
      is,
      detail: is === 'part' ? '' : detailOf(is, entry),
      start: entry.key.start,
      end: Math.max(entry.key.end, entry.value.end),
      key: entry.key,
      children: [],
    })
    const inside = [...entriesOf(entry.value)].map(([id, each]) => symbol(id === '' ? '?' : id, each, is))
    return [{ ...symbol(name, entry, 'part'), children: inside }]
  })
