import type { Completion, KnownStep } from './completion.js'
import type { Cursor } from './cursor.js'
import type { Kinds } from './occurrences.js'
import { entriesOf, type Outline, type OutlinedStep } from './outline.js'
import type { Node } from '../node.js'

const namesIn = (node: Node): string[] =>
  node.kind === 'scalar'
    ? [/^[A-Za-z]\w*/.exec(String(node.value))?.[0] ?? '']
    : node.kind === 'list'
      ? node.items.flatMap(namesIn)
      : []

/** Steps that a step reads or waits for. */
const needsOf = ({ kind, value }: OutlinedStep, kinds: Kinds): string[] => {
  const ports = kinds.get(kind ?? '')?.consumes ?? {}
  return [...entriesOf(value)].flatMap(([key, { value: node }]) =>
    key === 'needs' || Object.hasOwn(ports, key) ? namesIn(node) : [],
  )
}

/** A step and all that is made from it: naming one of them there would be a circle. */
const downstreamOf = (id: string, { steps }: Outline, kinds: Kinds): ReadonlySet<string> => {
  const readers = new Map<string, string[]>()
  for (const step of steps.values())
    for (const name of needsOf(step, kinds)) readers.set(name, [...(readers.get(name) ?? []), step.id])
  const found = new Set([id])
  for (const each of found) for (const reader of readers.get(each) ?? []) found.add(reader)
  return found
}

const about = ({ kind, outputs, description }: KnownStep): Partial<Completion> => {
  const makes = Object.values(outputs).join(', ')
  return {
    detail: makes === '' ? (kind ?? '') : `${kind}: ${makes}`,
    ...(description === undefined ? {} : { documentation: description }),
  }
}

/** What takes the name of a step at the cursor: the type that it must make; `any` of what only waits or hands out. */
const wantedAt = ({ path, on, outline }: Cursor, kinds: Kinds): { readonly type: string } | undefined => {
  const [part, id, key, index, last, ...more] = path
  if (on === 'key') return undefined
  if (part === 'outputs') return typeof id === 'string' && key === undefined ? { type: 'any' } : undefined
  if (part !== 'steps' || typeof id !== 'string' || typeof key !== 'string' || more.length > 0)
    return undefined
  const spec = kinds.get(outline.steps.get(id)?.kind ?? '')
  if (key === 'inputs' && spec?.composes)
    return typeof index === 'string' && last === undefined ? { type: 'any' } : undefined
  if (key === 'matrix') return last === 'layersOf' ? { type: 'model' } : undefined
  if (last !== undefined || (index !== undefined && typeof index !== 'number')) return undefined
  if (key === 'needs') return { type: 'any' }
  const consumes = spec?.consumes ?? {}
  return Object.hasOwn(consumes, key) ? consumes[key] : undefined
}

/** References to steps that the port (`needs`, an output of the recipe) at the cursor takes. */
export const completeReferences = (
  cursor: Cursor,
  steps: ReadonlyMap<string, KnownStep>,
  kinds: Kinds,
): Completion[] | undefined => {
  const wanted = wantedAt(cursor, kinds)
  if (!wanted) return undefined
  const { outline, path, value } = cursor
  const fits = (type: string): boolean => wanted.type === 'any' || type === wanted.type
  const dot = value.lastIndexOf('.')
  if (dot >= 0)
    return Object.entries(steps.get(value.slice(0, dot))?.outputs ?? {})
      .filter(([, type]) => fits(type))
      .map(([name, type]) => ({ label: name, is: 'output', detail: type }))
  const isStep = path[0] === 'steps'
  const list = isStep
    ? entriesOf(outline.steps.get(String(path[1]))?.value).get(String(path[2]))?.value
    : undefined
  const listed = new Set(list?.kind === 'list' ? list.items.flatMap(namesIn) : [])
  const excluded = isStep ? downstreamOf(String(path[1]), outline, kinds) : new Set<string>()
  return [...steps.values()]
    .filter(step => !excluded.has(step.id) && !listed.has(step.id))
    .flatMap((step): Completion[] => {
      const fitting = Object.entries(step.outputs).find(([, type]) => fits(type))
      if (!fitting && wanted.type !== 'any') return []
      const isFirst = !fitting || Object.keys(step.outputs)[0] === fitting[0]
      return [{ is: 'step', ...about(step), label: isFirst ? step.id : `${step.id}.${fitting[0]}` }]
    })
}
