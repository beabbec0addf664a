import type { Split } from './dataset.js'

/** The examples of a split at these indices, in this order. */
export const someOf = (split: Split, order: Uint32Array): Split => ({
  name: split.name,
  count: order.length,
  labels: split.labels.length === 0 ? split.labels : Int32Array.from(order, at => split.labels[at]!),
  batches: (size, chosen) => split.batches(size, chosen ? chosen.map(at => order[at]!) : order),
})
