import type { InstanceId } from '../core/brand.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { Edge } from './plan.js'

type Inputs = Readonly<Record<string, readonly Edge[]>>

/**
 * What skipped instances leave of another's inputs: they drop out of lists; a single port, a list that they leave
 * empty, or one that it needs, skips it. `left`: why it is skipped.
 */
export const leftOf = (
  { inputs, needs }: { readonly inputs: Inputs; readonly needs: readonly InstanceId[] },
  spec: AnyStepSpec,
  isSkipped: (id: InstanceId) => boolean,
): { readonly left?: string; readonly inputs: Inputs } => {
  const needed = needs.find(isSkipped)
  if (needed !== undefined) return { left: `needs "${needed}", which is skipped`, inputs }
  const rest: Record<string, readonly Edge[]> = {}
  for (const [port, edges] of Object.entries(inputs)) {
    const kept = edges.filter(({ instance }) => !isSkipped(instance))
    rest[port] = kept
    if (kept.length === edges.length) continue
    // What a choice falls back on need not be there unless it is needed.
    if (spec.chooses !== undefined && spec.chooses !== port) continue
    const isList = spec.consumes[port]?.list === true && spec.expands !== port
    const first = edges.find(({ instance }) => isSkipped(instance))!
    if (!isList) return { left: `takes from "${first.instance}", which is skipped`, inputs }
    // A choice with something to fall back on falls back.
    const fallsBack = spec.chooses === port && Object.keys(inputs).length > 1
    if (kept.length === 0 && !fallsBack) return { left: `all that its ${port} lists is skipped`, inputs }
  }
  return { inputs: rest }
}
