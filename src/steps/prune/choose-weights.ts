/** A weight tensor to be masked. */
export interface Maskable {
  readonly name: string
  readonly values: Float32Array
  /** An earlier mask (1 kept, 0 removed): what it removed stays removed. */
  readonly mask?: Uint8Array
  /** A share of its own; absent: the common one. */
  readonly sparsity?: number
}

/** Removed already: below every magnitude. */
const gone = -1

/** Masks that remove round(sparsity · n) of all these weights: the smallest magnitudes, of equals the first. */
const maskTogether = (weights: readonly Maskable[], sparsity: number): Map<string, Uint8Array> => {
  const total = weights.reduce((sum, { values }) => sum + values.length, 0)
  const sizes = new Float32Array(total)
  let offset = 0
  let before = 0
  for (const { values, mask } of weights) {
    for (let at = 0; at < values.length; at++) {
      const isGone = mask !== undefined && mask[at] === 0
      sizes[offset + at] = isGone ? gone : Math.abs(values[at]!)
      if (isGone) before++
    }
    offset += values.length
  }
  const count = Math.max(before, Math.round(sparsity * total))
  const threshold = count === 0 ? Number.NEGATIVE_INFINITY : sizes.slice().sort()[count - 1]!
  let equals = count
  for (const size of sizes) if (size < threshold) equals--

  const masks = new Map<string, Uint8Array>()
  offset = 0
  for (const { name, values } of weights) {
    const mask = new Uint8Array(values.length)
    for (let at = 0; at < values.length; at++) {
      const size = sizes[offset + at]!
      mask[at] = size > threshold || (size === threshold && equals-- <= 0) ? 1 : 0
    }
    masks.set(name, mask)
    offset += values.length
  }
  return masks
}

/**
 * One mask a tensor (1 kept, 0 removed). Each loses exactly round(sparsity · n) weights; with scope global, that many
 * of all together. Weights that were removed before count, and stay removed even where they are more.
 */
export const chooseWeights = (
  weights: readonly Maskable[],
  cut: { readonly sparsity: number; readonly scope: 'layer' | 'global' },
): ReadonlyMap<string, Uint8Array> => {
  const isPooled = ({ sparsity }: Maskable) => cut.scope === 'global' && sparsity === undefined
  const pool = weights.filter(weight => isPooled(weight))
  const pooled = maskTogether(pool, cut.sparsity)
  return new Map(
    weights.flatMap(weight =>
      isPooled(weight)
        ? [[weight.name, pooled.get(weight.name)!] as const]
        : [...maskTogether([weight], weight.sparsity ?? cut.sparsity)],
    ),
  )
}
