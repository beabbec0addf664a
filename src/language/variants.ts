import type { MapNode } from './node.js'
import type { Schema } from './narrow.js'

/** Branches of a union that take maps, whatever they are wrapped in. */
const mapBranches = (schema: Schema): readonly Schema[] => {
  const either = schema.anyOf ?? schema.oneOf
  if (either) return either.flatMap(mapBranches)
  return schema.properties || typeof schema.additionalProperties === 'object' ? [schema] : []
}

const takes = ({ properties = {}, additionalProperties }: Schema, keys: readonly string[]): boolean =>
  typeof additionalProperties === 'object' || keys.every(key => Object.hasOwn(properties, key))

/**
 * The form that two maps of one field both have, to merge them by; undefined where each is a variant of its own
 * (`adam:` and `sgd:`), so that the later one replaces the earlier. No schema: any map goes with any other.
 */
export const commonForm = (schema: Schema | undefined, base: MapNode, over: MapNode): Schema | undefined => {
  if (!schema) return {}
  const keys = [...new Set([...base.entries.keys(), ...over.entries.keys()])]
  if (schema.maxProperties === 1) return keys.length <= 1 ? schema : undefined
  if (!schema.anyOf && !schema.oneOf) return schema
  const branches = mapBranches(schema)
  const fitting = branches.find(
    branch => takes(branch, keys) && (branch.maxProperties ?? 2) >= Math.min(2, keys.length),
  )
  // A misspelt key is told of where it stands; it does not make another form.
  return fitting ?? (branches.length === 1 && branches[0]!.maxProperties !== 1 ? branches[0] : undefined)
}
