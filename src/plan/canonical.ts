import type { NameScope, Recipe } from '../language/recipe.js'
import type { NameFault } from './metric-names.js'

/** A dotted name with full ids, and how far its segments moved. */
export interface Canonical {
  readonly path: readonly string[]
  /** Segments behind the first one that were left out: the output of a pipeline. */
  readonly dropped: number
}

/** A name as it is written inside of a recipe or pipeline, by full ids: `small.student.accuracy` is `small/tiny.accuracy`. */
export const canonical = (
  [first = '', ...rest]: readonly string[],
  { prefix, inputs }: NameScope,
  { pipelines }: Pick<Recipe, 'pipelines'>,
): Canonical => {
  const id = inputs.get(first)?.step ?? `${prefix}${first}`
  const outputs = pipelines.get(id)
  if (!outputs) return { path: [id, ...rest], dropped: 0 }
  const named = rest[0] === undefined || !Object.hasOwn(outputs, rest[0]) ? undefined : outputs[rest[0]]
  const target = named ?? Object.values(outputs)[0]
  if (!target) return { path: [id, ...rest], dropped: 0 }
  return named
    ? { path: [target.step, ...rest.slice(1)], dropped: 1 }
    : { path: [target.step, ...rest], dropped: 0 }
}

/** A fault of a canonical name where the written one has it. */
export const asWritten = (fault: NameFault | undefined, { dropped }: Canonical): NameFault | undefined =>
  fault && fault.segment > 0 ? { ...fault, segment: fault.segment + dropped } : fault
