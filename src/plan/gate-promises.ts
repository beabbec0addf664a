import type { EngineName } from '../core/engine-name.js'
import { problem } from '../core/problem.js'
import { enginePromises } from '../core/promise.js'
import type { PlannedGate } from './gate-rows.js'
import type { Problems } from './placed.js'

/** Sizes follow from the network, and times from the machine: an engine's rounding moves neither. */
const unmoved = /^(parameters|macs|bytes|storedBytes|gzipBytes|nonZero|nonZeroShare|sparsity|latency)$/

/**
 * The margin of a gate that rounding could decide; undefined for the others. A margin of 0 in `nonInferior` asks for a
 * better model; in `accepted` it is the usual one, and holds a metric to its baseline to the last place.
 */
const marginOf = (gate: PlannedGate): number | undefined => {
  if (gate.form === 'nonInferior') return gate.margin === 0 ? undefined : gate.margin
  if (gate.form !== 'accepted') return undefined
  const metric = gate.metric.names[0]?.path.at(-1)
  return metric === undefined || unmoved.test(metric) ? undefined : gate.margin.value
}

/**
 * Warns of gates whose margin is narrower than what an engine of the plan promises: the same recipe, run again, could
 * be judged otherwise.
 */
export const checkPromises = (
  gates: readonly PlannedGate[],
  engines: Iterable<EngineName>,
  problems: Problems,
): void => {
  let loosest: { readonly name: EngineName; readonly figure: number } | undefined
  for (const name of new Set(engines)) {
    const promise = enginePromises[name]
    if (promise.kind === 'tolerance' && promise.figure > (loosest?.figure ?? 0))
      loosest = { name, figure: promise.figure }
  }
  if (!loosest) return
  const first = new Map([...gates].reverse().map(gate => [gate.at, gate]))
  for (const gate of first.values()) {
    const margin = marginOf(gate)
    if (margin === undefined || margin >= loosest.figure) continue
    problems.add({
      ...problem(
        'gate-below-promise',
        `a margin of ${margin} is narrower than the ${loosest.figure} within which the ${loosest.name} engine repeats its numbers`,
        {
          at: gate.locate([gate.form, 'margin']),
          hint: 'Widen the margin, or use `engine: wasm`, which promises the same bits.',
        },
      ),
      severity: 'warning',
    })
  }
}
