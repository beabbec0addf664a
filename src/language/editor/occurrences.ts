import type { AnyStepSpec } from '../../steps/define-step.js'
import { partsOf } from '../interpolate.js'
import type { Node, ScalarNode } from '../node.js'
import { placeWithin } from '../scalar-offsets.js'
import type { Place } from '../source-file.js'
import { writtenNames } from './cel-names.js'
import { entriesOf, type Outline, type OutlinedStep } from './outline.js'

/** A mention of something that has a name of the author's. */
export interface Occurrence {
  readonly what: 'step' | 'param' | 'gate'
  readonly name: string
  readonly role: 'definition' | 'use'
  /** Of the name alone: `base` in `base.model`. */
  readonly place: Place
}

export type Kinds = ReadonlyMap<string, AnyStepSpec>

/** Keys whose values are CEL, of steps and of gates. */
const celKeys = new Set(['check', 'when', 'where', 'minimize', 'maximize', 'each'])

/** Names that are no step's. */
const words = new Set(['params', 'matrix', 'it'])

const textOf = (node: Node): ScalarNode | undefined =>
  node.kind === 'scalar' && typeof node.value === 'string' ? node : undefined

const scalarsOf = (node: Node): ScalarNode[] =>
  node.kind === 'scalar'
    ? [node]
    : node.kind === 'list'
      ? node.items.flatMap(scalarsOf)
      : [...node.entries.values()].flatMap(({ value }) => scalarsOf(value))

/** Expressions of a text that may be half-written, with their offsets. */
const expressionsIn = (text: string): { readonly text: string; readonly at: number }[] => {
  if (!text.includes('${{')) return []
  const parts = partsOf(text)
  if ('unclosed' in parts) {
    const at = parts.unclosed + 3
    return [...expressionsIn(text.slice(0, parts.unclosed)), { text: text.slice(at), at }]
  }
  return parts.flatMap(part => ('text' in part ? [] : [{ text: part.expression, at: part.at }]))
}

/** `step`, `step.output` or `"step[axis=1]"`: the step of it. */
const stepOf = /^[A-Za-z]\w*/

/** Every definition and every use of steps, params and gates, in the order of the text; each place once. */
export const occurrencesOf = (outline: Outline, kinds: Kinds): readonly Occurrence[] => {
  const found = new Map<number, Occurrence>()
  const add = (what: Occurrence['what'], name: string, role: Occurrence['role'], place: Place): void => {
    if (!found.has(place.start)) found.set(place.start, { what, name, role, place })
  }
  const define = (what: Occurrence['what'], name: string, key: Place): void => {
    const quoted = /^["']/.test(outline.source.text.slice(key.start, key.start + 1)) ? 1 : 0
    add(what, name, 'definition', {
      ...key,
      start: key.start + quoted,
      end: key.start + quoted + name.length,
    })
  }

  const reference = (node: Node): void => {
    const scalar = textOf(node)
    const name = scalar && stepOf.exec(String(scalar.value))?.[0]
    if (scalar && name !== undefined) add('step', name, 'use', placeWithin(scalar, 0, name.length))
  }
  const references = (node: Node | undefined): void => {
    if (node?.kind === 'list') node.items.forEach(reference)
    else if (node) reference(node)
  }
  /** Names of an expression that begins at an offset of a scalar's value. */
  const expression = (scalar: ScalarNode, text: string, at: number): void => {
    for (const { path, starts } of writtenNames(text)) {
      const mention = (what: 'step' | 'param', segment: number): void => {
        const [name, start] = [path[segment]!, at + starts[segment]!]
        add(what, name, 'use', placeWithin(scalar, start, start + name.length))
      }
      if (path[0] === 'params' && path.length > 1) mention('param', 1)
      if (words.has(path[0]!)) continue
      mention('step', 0)
      // `scores.int8.accuracy`: what one evaluation says of a step.
      const expands = kinds.get(outline.steps.get(path[0]!)?.kind ?? '')?.expands !== undefined
      if (expands && path.length > 1 && outline.steps.has(path[1]!)) mention('step', 1)
    }
  }
  const cel = (node: Node | undefined): void => {
    for (const scalar of node ? scalarsOf(node) : [])
      if (typeof scalar.value === 'string') expression(scalar, scalar.value, 0)
  }

  const step = ({ id, key, kind, value }: OutlinedStep): void => {
    define('step', id, key)
    const spec = kinds.get(kind ?? '')
    for (const [name, { value: node }] of entriesOf(value)) {
      const port = spec && Object.hasOwn(spec.consumes, name) ? spec.consumes[name] : undefined
      if (name === 'needs' || name === 'otherwise' || (port && node.kind !== 'map')) references(node)
      else if (celKeys.has(name)) cel(node)
      if (name === 'inputs' && spec?.composes)
        for (const { value: given } of entriesOf(node).values()) references(given)
      if (name === 'matrix')
        for (const { value: axis } of entriesOf(node).values())
          references(entriesOf(axis).get('layersOf')?.value)
      for (const scalar of scalarsOf(node))
        for (const { text, at } of expressionsIn(String(scalar.value))) expression(scalar, text, at)
    }
  }

  for (const [name, { key }] of outline.params) define('param', name, key)
  for (const [name, { key }] of outline.inputs) define('step', name, key)
  for (const each of outline.steps.values()) step(each)
  for (const [name, { key, value }] of outline.gates) {
    define('gate', name, key)
    for (const [form, { value: node }] of entriesOf(value)) {
      if (celKeys.has(form)) cel(node)
      for (const each of form === 'accepted' ? ['metric'] : ['candidate', 'reference'])
        cel(entriesOf(node).get(each)?.value)
    }
  }
  for (const { value } of entriesOf(entriesOf(outline.root).get('outputs')?.value).values()) references(value)
  return [...found.values()].sort((a, b) => a.place.start - b.place.start)
}

/** The mention at an offset. */
export const occurrenceAt = (all: readonly Occurrence[], offset: number): Occurrence | undefined =>
  all.find(({ place }) => place.start <= offset && offset <= place.end)
