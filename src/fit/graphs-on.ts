import { nativeBackend } from '../engine/graph/binding.js'

/** Undefined where this thread's engine runs graphs; else why it does not, where it could. */
export const graphsOff = (): { readonly why?: string } | undefined => {
  if (nativeBackend() === undefined) return {}
  return process.env['TRIMTAB_GRAPH'] === 'off' ? { why: 'TRIMTAB_GRAPH is off' } : undefined
}

/** Sizes that the batches of so many examples have: the whole ones, and the last where it is smaller. */
export const sizesOf = (count: number, batchSize: number): number[] =>
  [...new Set([Math.min(batchSize, count), count % batchSize])].filter(size => size > 0)
