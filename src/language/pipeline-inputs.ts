import { didYouMean, nearest } from '../core/nearest.js'
import type { Composed } from './composed.js'
import type { Entry, MapNode } from './node.js'
import { readReference, type PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import type { Outline } from './step-outline.js'

/** A map under a key of a pipeline. */
export const mapAt = (node: MapNode, key: string): MapNode | undefined => {
  const value = node.entries.get(key)?.value
  return value?.kind === 'map' ? value : undefined
}

/** The references under `inputs`, each checked for its form; undefined where one is faulty. */
export const readBound = (
  id: string,
  node: MapNode,
  reporter: Reporter,
): Map<string, PlacedReference> | undefined => {
  const bound = new Map<string, PlacedReference>()
  let ok = true
  for (const [name, { value }] of mapAt(node, 'inputs')?.entries ?? []) {
    const reference = readReference(value, `${id}.inputs.${name}`, reporter)
    if (reference) bound.set(name, reference)
    else ok = false
  }
  return ok ? bound : undefined
}

/** Tells of inputs that are missing, and of those that the recipe does not have. */
export const checkInputs = (
  outline: Outline,
  node: MapNode,
  composed: Composed,
  reporter: Reporter,
): boolean => {
  const known = composed.inputs.map(({ name }) => name)
  const given = mapAt(node, 'inputs')?.entries ?? new Map<string, Entry>()
  const strangers = [...given.keys()].filter(name => !known.includes(name))
  for (const name of strangers) {
    const hint = known.length > 0 ? `There are: ${known.join(', ')}.` : 'It takes none.'
    reporter.report(
      'unknown-input',
      `the recipe has no input "${name}"`,
      given.get(name)!.key,
      didYouMean(name, known) ?? hint,
    )
  }
  let ok = strangers.length === 0
  for (const { name, type, optional } of composed.inputs) {
    if (optional || given.has(name)) continue
    ok = false
    // Told where the misspelt name stands.
    if (nearest(name, strangers) !== undefined) continue
    reporter.report(
      'missing-input',
      `step "${outline.id}" lacks the input "${name}": ${type === 'metrics' ? type : `a ${type}`}`,
      outline.entry.key,
      `Write inputs: {${name}: STEP}.`,
    )
  }
  return ok
}
