import { exp } from './portable/exponential.js'
import { log } from './portable/logarithm.js'

/**
 * Error of Stirling's formula, ln n! − [(n + ½) ln n − n + ½ ln 2π]. Source: Loader 2000, Fast and Accurate
 * Computation of Binomial Probabilities.
 */
const stirlingError = (n: number): number => {
  if (n < 16) {
    let exact = 0
    for (let k = 2; k <= n; k++) exact += log(k)
    return exact - ((n + 0.5) * log(n) - n + 0.5 * log(2 * Math.PI))
  }
  const square = n * n
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n
}

/** x ln(x/m) + m − x, without cancellation where x is near m. */
const deviance = (x: number, m: number): number => {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * log(x / m) + m - x
  const v = (x - m) / (x + m)
  let sum = (x - m) * v
  let term = 2 * x * v
  for (let j = 1; ; j++) {
    term *= v * v
    const next = sum + term / (2 * j + 1)
    if (next === sum) return sum
    sum = next
  }
}

/** P(X = k) for X ~ Binomial(n, ½). */
const fairMass = (k: number, n: number): number => {
  if (k === 0 || k === n) return 2 ** -n
  const exponent =
    stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n / 2) - deviance(n - k, n / 2)
  return exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * (n - k)))
}

/** P(X ≤ k) for X ~ Binomial(n, ½), to 12 digits also for millions of examples; 0 for k < 0. */
export const fairBinomialBelow = (k: number, n: number): number => {
  if (k < 0) return 0
  if (k >= n) return 1
  // Above the middle the mass is counted from the other side, where the terms fall fast.
  if (2 * k >= n) return 1 - fairBinomialBelow(n - k - 1, n)
  let term = fairMass(k, n)
  let sum = 0
  for (let j = k; j >= 0 && sum + term !== sum; j--) {
    sum += term
    term *= j / (n - j + 1)
  }
  return Math.min(1, sum)
}
