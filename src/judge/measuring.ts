import { chosenOf } from '../expression/figures.js'
import type { Bind } from '../expression/scope.js'
import type { InstanceRecord } from '../store/run-record.js'

/**
 * The records that measure what a gate calls by this name. `int8` is the model of that step, whoever measures it;
 * `scores.int8` is the same as the step `scores` measures it. What was chosen is its winner's model, so whoever measured
 * that measured it too.
 */
export const measuringOf = (
  name: string,
  bind: Bind,
  records: readonly InstanceRecord[],
): readonly InstanceRecord[] => {
  const whole = bind(name)
  const dot = whole ? -1 : name.indexOf('.')
  const bound = whole ?? bind(name.slice(0, Math.max(dot, 0)))
  const ids = new Set(
    (dot < 0 ? bound : bound?.measures?.[name.slice(dot + 1)])?.instances.map(({ id }) => id),
  )
  // A winner may be a choice itself.
  for (const id of ids)
    for (const record of dot < 0 ? records : []) {
      const chosen = record.instance === id ? chosenOf(record) : undefined
      if (chosen !== undefined) ids.add(chosen)
    }
  return records.filter(({ instance, about }) =>
    dot < 0 ? about !== undefined && ids.has(about) : ids.has(instance),
  )
}
