import type { Schema } from '../../language/authored.js'
import { editorSchema } from '../../language/editor-schema.js'
import type { Kinds } from '../../language/editor/occurrences.js'
import type { AnyStepSpec } from '../../steps/define-step.js'
import { builtInKinds } from '../../steps/index.js'

const tables = new Set<Kinds>()
const schemas = new WeakMap<Kinds, Schema>()

/** A plug-in's kind is made anew from its module each time, of the same parts. */
const isSame = (a: AnyStepSpec | undefined, b: AnyStepSpec): boolean =>
  a === b || (a?.params === b.params && a.module === b.module && a.revision === b.revision)

/** Kinds by name. The same kinds give the same table, however often they are read. */
export const kindsOf = (specs: readonly AnyStepSpec[]): Kinds => {
  for (const table of tables)
    if (table.size === specs.length && specs.every(spec => isSame(table.get(spec.kind), spec))) return table
  // Plug-ins that are being written come in many versions.
  if (tables.size > 20) tables.clear()
  const table: Kinds = new Map(specs.map(spec => [spec.kind, spec]))
  tables.add(table)
  return table
}

export const ownKinds: Kinds = kindsOf(builtInKinds)

/** The editor's schema for a table of kinds, made when it is asked for. */
export const schemaOf = (kinds: Kinds): Schema => {
  const schema = schemas.get(kinds) ?? editorSchema([...kinds.values()])
  schemas.set(kinds, schema)
  return schema
}
