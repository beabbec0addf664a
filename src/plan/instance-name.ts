import type { InstanceId, StepId } from '../core/brand.js'

/** What tells the instances of one step apart. */
export interface Variant {
  /** The member of a list that this instance is about: `int8` in `scores[int8]`. */
  readonly member?: string
  /** Matrix axes; values print as in the recipe. */
  readonly axes?: Readonly<Record<string, string | number | boolean>>
}

/** `scores`, `scores[int8]`, `pruned[norm=l1,sparsity=0.5]`, `scores[int8,norm=l1]`: the member first, then axes by name. */
export const instanceName = (step: StepId, { member, axes = {} }: Variant = {}): InstanceId => {
  const sorted = Object.keys(axes).sort((a, b) => (a < b ? -1 : 1))
  const parts = [
    ...(member === undefined ? [] : [member]),
    ...sorted.map(axis => `${axis}=${String(axes[axis])}`),
  ]
  return parts.length === 0 ? step : `${step}[${parts.join(',')}]`
}
