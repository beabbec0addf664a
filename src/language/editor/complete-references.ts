import type { ArtifactType } from '../../core/artifact.js'
import type { Completion } from './completion.js'
import type { Cursor } from './cursor.js'
import type { Kinds } from './occurrences.js'
import { entriesOf, textAt, type Outline, type OutlinedStep } from './outline.js'
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

const about = (step: OutlinedStep, outputs: Readonly<Record<string, ArtifactType>>): Partial<Completion> => {
  const text = textAt(step.value, 'description')
  const makes = Object.values(outputs).join(', ')
  return {
    detail: makes === '' ? (step.kind ?? '') : `${step.kind}: ${makes}`,
    ...(text === undefined ? {} : { documentation: text }),
  }
}

/** References to steps that the port (or `needs`) at the cursor takes. */
export const completeReferences = (
  cursor: Cursor,
  steps: ReadonlyMap<string, OutlinedStep>,
  kinds: Kinds,
): Completion[] | undefined => {
  const [part, id, port, index, ...more] = cursor.path
  if (part !== 'steps' || typeof id !== 'string' || typeof port !== 'string' || more.length > 0)
    return undefined
  if (cursor.on === 'key' || (index !== undefined && typeof index !== 'number')) return undefined
  const consumes = kinds.get(cursor.outline.steps.get(id)?.kind ?? '')?.consumes ?? {}
  const wanted = Object.hasOwn(consumes, port) ? consumes[port] : undefined
  if (port !== 'needs' && !wanted) return undefined
  const dot = cursor.value.lastIndexOf('.')
  if (dot >= 0) {
    const outputs = kinds.get(steps.get(cursor.value.slice(0, dot))?.kind ?? '')?.produces ?? {}
    return Object.entries(outputs)
      .filter(([, type]) => wanted === undefined || type === wanted.type)
      .map(([name, type]) => ({ label: name, is: 'output', detail: type }))
  }
  const list = entriesOf(cursor.outline.steps.get(id)?.value).get(port)?.value
  const listed = new Set(list?.kind === 'list' ? list.items.flatMap(namesIn) : [])
  const excluded = downstreamOf(id, cursor.outline, kinds)
  return [...steps.values()]
    .filter(step => !excluded.has(step.id) && !listed.has(step.id))
    .flatMap((step): Completion[] => {
      const outputs = kinds.get(step.kind ?? '')?.produces ?? {}
      const common = { is: 'step', ...about(step, outputs) } as const
      if (!wanted) return [{ ...common, label: step.id }]
      const fitting = Object.keys(outputs).filter(name => outputs[name] === wanted.type)
      if (fitting.length === 0) return []
      const isFirst = Object.keys(outputs)[0] === fitting[0]
      return [{ ...common, label: isFirst ? step.id : `${step.id}.${fitting[0]!}` }]
    })
}
