import type { InstanceId, Key } from '../core/brand.js'
import { failed as notDone, ok, type Result } from '../core/result.js'
import type { StepOutput } from '../core/step-file.js'
import type { Figures } from '../expression/figures.js'
import { chosenOutput, failing } from '../plan/choose.js'
import { keyOf } from '../plan/key.js'
import { leftOf } from '../plan/left-out.js'
import type { Instance } from '../plan/plan.js'
import { takeChosen, type Choosing } from '../plan/take-chosen.js'

export type Decided =
  | { readonly type: 'make'; readonly inputs: Instance['inputs'] }
  | { readonly type: 'left-out'; readonly why: string }
  | Choosing

/** Decides what becomes of an instance once all that it waits for has ended: made, left out, or chosen among its inputs. */
export const makeDecider = (
  instances: readonly Instance[],
  isLeftOut: (id: InstanceId) => boolean,
  figures: Figures,
): ((instance: Instance) => Decided) => {
  const matrices = new Map(instances.map(({ id, matrix }) => [id, matrix]))
  return instance => {
    const { left, inputs } = leftOf(instance, instance.spec, isLeftOut)
    if (left !== undefined) return { type: 'left-out', why: left }
    const failed = failing(instance, figures)
    if (failed !== undefined) return { type: 'left-out', why: failed }
    const { choice } = instance
    if (!choice) return { type: 'make', inputs }
    return takeChosen({ id: instance.id, choice }, inputs, matrices, isLeftOut, figures)
  }
}

/** The output of a choice: its winner's artifact, under a key of its own. */
export const settleChosen = (
  instance: Instance,
  decided: Choosing,
  outputs: ReadonlyMap<InstanceId, StepOutput>,
): Result<{ readonly output: StepOutput; readonly key: Key }> => {
  if (decided.type === 'none') return notDone({ ...decided.problem, at: instance.at })
  const { port, edge, why } = decided
  const artifact = outputs.get(edge.instance)?.outputs[edge.output]
  if (!artifact) throw new Error(`${edge.instance} has no output ${edge.output}`)
  return ok({
    key: keyOf(instance, { [port]: [{ artifact }] }).key,
    output: chosenOutput(instance.spec, edge, artifact, why),
  })
}
