// Elementary functions in whole numbers of 320 bits behind the point, by plain series: nothing of the code that they judge.

const bits = 320n
const one = 1n << bits

const view = new DataView(new ArrayBuffer(8))
/** A finite double, as whole · 2^exponent exactly. */
const parts = (x: number): { whole: bigint; exponent: number } => {
  view.setFloat64(0, x)
  const word = view.getBigUint64(0)
  const raw = Number((word >> 52n) & 0x7ffn)
  const fraction = word & 0xfffffffffffffn
  const whole = raw === 0 ? fraction : fraction | 0x10000000000000n
  return { whole: x < 0 ? -whole : whole, exponent: Math.max(raw, 1) - 1075 }
}

const shift = (value: bigint, by: number): bigint => (by >= 0 ? value << BigInt(by) : value >> BigInt(-by))
export const fixed = (x: number): bigint => {
  const { whole, exponent } = parts(x)
  return shift(whole, exponent + Number(bits))
}
const times = (a: bigint, b: bigint): bigint => (a * b) >> bits
const over = (a: bigint, b: bigint): bigint => (a << bits) / b

/** 2 artanh s, for |s| ≤ 1/3. */
const twiceArtanh = (s: bigint): bigint => {
  const square = times(s, s)
  let sum = 0n
  let term = s
  for (let n = 1n; term !== 0n && term !== -1n; n += 2n) {
    sum += term / n
    term = times(term, square)
  }
  return 2n * sum
}
const ln2 = twiceArtanh(one / 3n)

export const ln = (x: number): bigint => {
  const { whole, exponent } = parts(x)
  const length = whole.toString(2).length
  const mantissa = shift(whole, Number(bits) - length + 1)
  const k = BigInt(exponent + length - 1)
  return k * ln2 + twiceArtanh(over(mantissa - one, mantissa + one))
}

/** e^x as a fraction and a power of two. */
export const e = (x: bigint): { fraction: bigint; k: number } => {
  const k = (2n * x + ln2) / (2n * ln2)
  const r = x - k * ln2
  let sum = 0n
  let term = one
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    sum += term
    term = times(term, r) / n
  }
  return { fraction: sum, k: Number(k) }
}

const arctan = (inverse: bigint): bigint => {
  let sum = 0n
  let term = one / inverse
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += n % 4n === 1n ? term / n : -term / n
    term /= inverse * inverse
  }
  return sum
}
const pi = 16n * arctan(5n) - 4n * arctan(239n)

/** cos 2πu for u from −1 to 1. */
export const cosine = (turns: number): bigint => {
  const angle = times(2n * pi, fixed(turns))
  const square = times(angle, angle)
  let sum = 0n
  let term = one
  for (let n = 1n; term !== 0n && term !== -1n; n += 2n) {
    sum += term
    term = -times(term, square) / (n * (n + 1n))
  }
  return sum
}

/** y · ln x. */
export const exponentOf = (x: number, y: number): bigint => {
  const { whole, exponent } = parts(y)
  return shift(ln(x) * whole, exponent)
}

export const log10 = (x: number): bigint => over(ln(x), ln(10))

/** How far a double is from `fraction · 2^k`, in units of its last place. */
export const lastPlaces = (x: number, fraction: bigint, k = 0): number => {
  const { whole, exponent } = parts(x)
  const room = 64n
  const mine = shift(whole << room, exponent - k + Number(bits))
  const unit = shift(1n << room, exponent - k + Number(bits))
  const gap = mine - (fraction << room)
  return Number((1000000n * (gap < 0n ? -gap : gap)) / unit) / 1e6
}
