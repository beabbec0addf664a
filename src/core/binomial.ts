/** log of n!, by summing: n is a count of examples or rounds. */
const logFactorials: number[] = [0]
const logFactorial = (n: number): number => {
  for (let k = logFactorials.length; k <= n; k++) logFactorials.push(logFactorials[k - 1]! + Math.log(k))
  return logFactorials[n]!
}

/** P(X ≤ k) for X ~ Binomial(n, ½); 0 for k < 0. */
export const fairBinomialBelow = (k: number, n: number): number => {
  let sum = 0
  for (let i = 0; i <= Math.min(k, n); i++)
    sum += Math.exp(logFactorial(n) - logFactorial(i) - logFactorial(n - i) - n * Math.LN2)
  return Math.min(1, sum)
}
