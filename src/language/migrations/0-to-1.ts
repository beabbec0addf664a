import { entryOf, isBranch, keyOf, type Branch, type Entry, type Sheet } from '../format/tree.js'
import { flatten, mapByName, placeOf, refuseTwice, renameKey, wordInstead } from './edits.js'
import type { Migration, Refuse } from './migration.js'
import { renameInExpressions } from './rename-in-expressions.js'

/** `after: base` → `needs: [base]`. */
const listOf = (entry: Entry, refuse: Refuse): void => {
  const { value } = entry
  if (value.kind === 'list') return
  if (isBranch(value) || typeof value.value !== 'string') {
    refuse('after must name a step, or a list of steps', placeOf(entry))
    return
  }
  const { start, end } = value
  const item: Entry = { value, before: [], blank: false, start }
  entry.value = { kind: 'list', flow: true, entries: [item], after: [], start, end, column: 0 }
}

const stepNames = { type: 'kind', after: 'needs' } as const
const gateNames = { that: 'check', level: 'severity' } as const

const rename = (branch: Branch, names: Readonly<Record<string, string>>): void => {
  for (const entry of branch.entries) {
    const name = names[keyOf(entry) ?? '']
    if (name !== undefined) renameKey(entry, name)
  }
}

const migrateStep = (id: string, step: Branch, refuse: Refuse): void => {
  const after = entryOf(step, 'after')
  if (after) listOf(after, refuse)
  rename(step, stepNames)
  for (const name of ['inputs', 'with']) {
    const inner = entryOf(step, name)
    if (inner) flatten(step, inner, refuse)
  }
  refuseTwice(step.entries, key => `step "${id}" would have "${key}" twice`, refuse)
}

/** The list under a top-level key as a map; its items, for what else is to be done with them. */
const byName = (
  entry: Entry | undefined,
  name: string,
  subject: string,
  refuse: Refuse,
): readonly Entry[] => {
  if (!entry) return []
  if (entry.value.kind !== 'list') {
    refuse(`${keyOf(entry)} must be a list in version 0`, placeOf(entry))
    return []
  }
  const map = mapByName(entry.value, name, subject, refuse)
  entry.value = map
  return map.entries
}

const apply = ({ root }: Sheet, refuse: Refuse): void => {
  const version = entryOf(root, 'trimtab')
  if (version?.value.anchor !== undefined)
    refuse('the version cannot be shared with other values', placeOf(version), 'Remove its anchor.')
  else if (version && !isBranch(version.value))
    version.value = { ...wordInstead(version.value, '1'), value: 1 }

  for (const { key, value } of byName(entryOf(root, 'steps'), 'id', 'a step', refuse))
    if (isBranch(value)) migrateStep(String(key!.value), value, refuse)
  const checks = entryOf(root, 'checks')
  for (const { value } of byName(checks, 'name', 'a check', refuse))
    if (isBranch(value)) rename(value, gateNames)

  for (const [entry, name] of [
    [entryOf(root, 'vars'), 'params'],
    [checks, 'gates'],
  ] as const)
    if (entry) renameKey(entry, name)
  refuseTwice(root.entries, key => `the recipe would have "${key}" twice`, refuse)
  renameInExpressions(root, 'vars', 'params')
}

export const from0To1: Migration = {
  from: 0,
  to: 1,
  title: 'steps and gates by their names, fields and ports flat in their step, vars called params',
  apply,
}
