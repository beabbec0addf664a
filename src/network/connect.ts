import { listed } from '../core/listed.js'
import { didYouMean } from '../core/nearest.js'
import type { Fault } from '../core/problem.js'
import type { Entry } from './entries.js'
import { inputName } from './network.js'

/** The inputs of every entry, by name. */
export const connect = (
  entries: readonly Entry[],
  names: readonly string[],
  faults: Fault[],
): (readonly string[])[] => {
  const before = new Set([inputName])
  return entries.map((entry, index) => {
    const from = entry.from ?? [index === 0 ? inputName : names[index - 1]!]
    if (index > 0) before.add(names[index - 1]!)
    for (const [position, name] of from.entries()) {
      if (before.has(name)) continue
      faults.push({
        code: 'unknown-from',
        message: names.includes(name)
          ? `layer "${names[index]}" takes its input from "${name}", which does not come before it`
          : `there is no layer "${name}"`,
        path: [...entry.path, 'from', ...(from.length > 1 ? [position] : [])],
        hint: names.includes(name)
          ? 'Move that layer up: a layer takes inputs from earlier ones only.'
          : (didYouMean(name, before) ?? `Layers before it: ${listed(before)}.`),
      })
    }
    if (!entry.type) return from
    const { type, merges } = entry.type
    if (merges && from.length < 2)
      faults.push({
        code: 'layer-inputs',
        message: `${type} merges two or more layers, and has ${from.length}`,
        path: entry.path,
        hint: `Write \`${type}: {from: [NAME, NAME]}\`.`,
      })
    if (!merges && from.length > 1)
      faults.push({
        code: 'layer-inputs',
        message: `${type} takes one input, and has ${from.length}`,
        path: [...entry.path, 'from'],
        hint: 'Merge them first, with `add` or `concatenate`.',
      })
    return from
  })
}

/** Layers whose output goes nowhere, but for the last. */
export const findUnused = (
  entries: readonly Entry[],
  names: readonly string[],
  from: readonly (readonly string[])[],
): Fault[] => {
  const used = new Set(from.flat())
  return names.slice(0, -1).flatMap((name, index) =>
    used.has(name)
      ? []
      : [
          {
            code: 'unused-layer',
            message: `nothing takes its input from layer "${name}"`,
            path: entries[index]!.path,
            hint: `Name it in the \`from\` of a later layer, or remove it. The last layer is the output.`,
          },
        ],
  )
}
