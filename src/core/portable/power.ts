import { expOfPair } from './exponential.js'
import { logPair } from './logarithm.js'
import { product } from './pair.js'

/** Beyond it e to that power is Infinity, or 0 below its negative. */
const most = 1000

const ofPositive = (base: number, exponent: number): number => {
  const { high, low } = logPair(base)
  const rough = high * exponent
  if (rough > most) return Infinity
  if (rough < -most) return 0
  if (rough === 0) return 1
  // Products whose low part would be lost have nothing that eˣ could see.
  if (Math.abs(rough) < 1e-200) return 1
  const whole = product(high, exponent)
  return expOfPair(whole.high, whole.low + low * exponent)
}

/** `base ** exponent` by the rules of ECMAScript, with the same bits on every machine, which `**` does not give. Off by less than 0.7 of a last place. */
export const power = (base: number, exponent: number): number => {
  if (exponent === 0) return 1
  if (Number.isNaN(base) || Number.isNaN(exponent)) return NaN
  const size = Math.abs(base)
  if (!Number.isFinite(exponent)) {
    if (size === 1) return NaN
    return size > 1 === exponent > 0 ? Infinity : 0
  }
  const isOdd = Number.isInteger(exponent) && exponent % 2 !== 0
  const isNegative = base < 0 || Object.is(base, -0)
  const sign = isNegative && isOdd ? -1 : 1
  if (size === 0 || size === Infinity) return sign * ((size === 0) === exponent > 0 ? 0 : Infinity)
  if (isNegative && !Number.isInteger(exponent)) return NaN
  return sign * ofPositive(size, exponent)
}
