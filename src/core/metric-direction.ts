/** Which values of a metric are better. */
export type Direction = 'higher' | 'lower'

const known: Readonly<Record<string, Direction>> = {
  accuracy: 'higher',
  precision: 'higher',
  recall: 'higher',
  f1: 'higher',
  agreement: 'higher',
  r2: 'higher',
  sparsity: 'higher',
  loss: 'lower',
  meanSquaredError: 'lower',
  meanAbsoluteError: 'lower',
  // A distance to the reference's outputs: 0 is the same.
  similarity: 'lower',
  parameters: 'lower',
  nonZero: 'lower',
  nonZeroShare: 'lower',
  macs: 'lower',
  bytes: 'lower',
  storedBytes: 'lower',
  gzipBytes: 'lower',
  // Milliseconds of a forward pass.
  latency: 'lower',
}

/** Which values of a metric are better; undefined where it is none that Trimtab measures. */
export const directionOf = (metric: string): Direction | undefined =>
  Object.hasOwn(known, metric) ? known[metric] : /^top\d+$/.test(metric) ? 'higher' : undefined
