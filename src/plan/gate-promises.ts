import type { EngineName } from '../core/engine-name.js'
import { problem } from '../core/problem.js'
import { enginePromises } from '../core/promise.js'
import type { PlannedGate } from './gate-rows.js'
import type { Problems } from './placed.js'

/**
 * Warns of gates whose margin is narrower than what an engine of the plan promises: the same recipe, run again, could
 * be judged otherwise. A margin of 0 in `nonInferior` asks for a better model, which the engine's noise cannot prove.
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
    if (gate.form !== 'nonInferior' || gate.margin === 0 || gate.margin >= loosest.figure) continue
    problems.add({
      ...problem(
        'gate-below-promise',
        `a margin of ${gate.margin} is narrower than the ${loosest.figure} within which the ${loosest.name} engine repeats its numbers`,
        {
          at: gate.locate(['nonInferior', 'margin']),
          hint: 'Widen the margin, or use `engine: wasm`, which promises the same bits.',
        },
      ),
      severity: 'warning',
    })
  }
}
