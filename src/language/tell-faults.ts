import { findNode, placeOf, type Entry } from './node.js'
import type { Reporter } from './reporter.js'
import type { ValueFault } from './sentences.js'
import type { Place } from './source-file.js'

/** Where a fault inside of a value stands. `whole`: the value with its key. */
export const placeOfFault = (fault: Pick<ValueFault, 'path' | 'on'>, whole: Entry): Place => {
  const found = findNode(whole.value, fault.path)
  if (fault.on === 'key' && found.whole && found.key) return found.key
  const key = found.node === whole.value ? whole.key : found.key
  // What is missing has no place of its own: its map's key has.
  if (!found.whole && key) return key
  return found.node === whole.value ? placeOf({ node: found.node, key: whole.key }) : placeOf(found)
}

/** Reports faults of a checked value at their places. */
export const tellFaults = (faults: readonly ValueFault[], whole: Entry, reporter: Reporter): void => {
  for (const fault of faults)
    reporter.report(fault.code, fault.message, placeOfFault(fault, whole), fault.hint)
}
