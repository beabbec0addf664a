import { gateNameFault, identifierFault } from '../identifiers.js'
import type { Place } from '../source-file.js'
import type { Occurrence } from './occurrences.js'
import type { Outline } from './outline.js'

/** Places of a thing: its definition and all of its uses. */
export const mentionsOf = (all: readonly Occurrence[], { what, name }: Occurrence): readonly Occurrence[] =>
  all.filter(each => each.what === what && each.name === name)

const isKnown = (
  { steps, inputs, params, gates }: Outline,
  what: Occurrence['what'],
  name: string,
): boolean =>
  what === 'step' ? steps.has(name) || inputs.has(name) : (what === 'param' ? params : gates).has(name)

/** Why a thing cannot have a new name; undefined where it can. */
export const renameFault = (outline: Outline, { what, name }: Occurrence, to: string): string | undefined => {
  if (to !== name && isKnown(outline, what, to)) return `There is a ${what} "${to}" already.`
  const fault: { message: string; hint?: string } | undefined =
    what === 'gate' ? gateNameFault(to) : identifierFault(to)
  if (!fault) return undefined
  const message = fault.message.charAt(0).toUpperCase() + fault.message.slice(1)
  return fault.hint === undefined ? `${message}.` : `${message}. ${fault.hint}`
}

/** Why a thing cannot be renamed at all; undefined where it can. */
export const fixedName = (outline: Outline, { what, name }: Occurrence): string | undefined =>
  isKnown(outline, what, name) ? undefined : `There is no ${what} "${name}" in this file.`

/** Where the new name is to be written. */
export const renamePlaces = (all: readonly Occurrence[], one: Occurrence): readonly Place[] =>
  mentionsOf(all, one).map(({ place }) => place)
