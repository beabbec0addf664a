import { createHash } from 'node:crypto'
import { cosineOfTurns } from './portable/cosine.js'
import { log } from './portable/logarithm.js'

/**
 * A deterministic stream of random numbers (xoshiro128**, Blackman & Vigna 2018, public domain), seeded by
 * SHA-256 of a seed and a trail of names. The same seed and names give the same draws on every machine.
 */
export interface Random {
  /** An integer in [0, 2³²). */
  uint32(): number
  /** A double in [0, 1) with 53 random bits. */
  uniform(): number
  /** An integer in [0, below), without bias. */
  below(below: number): number
  /** A standard normal draw (Box–Muller). */
  normal(): number
  /** Shuffles in place (Fisher–Yates) and returns its argument. */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T
  /** A stream of its own, which takes nothing from this one. */
  fork(...names: (string | number)[]): Random
  /** Four words that `restore` takes: for checkpoints. */
  state(): [number, number, number, number]
  restore(state: readonly [number, number, number, number]): void
}

/** The 48-bit number that names derive from a seed; what a step file carries. */
export const deriveSeed = (seed: number, ...names: (string | number)[]): number =>
  createHash('sha256')
    .update(JSON.stringify([seed, ...names]))
    .digest()
    .readUIntBE(0, 6)

const rotl = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0

/** The stream of a seed and its names: `stream(step.seed, 'shuffle', epoch)`. */
export const stream = (seed: number, ...names: (string | number)[]): Random => {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...names]))
    .digest()
  let a = digest.readUInt32BE(0)
  let b = digest.readUInt32BE(4)
  let c = digest.readUInt32BE(8)
  let d = digest.readUInt32BE(12)

  const uint32 = (): number => {
    const drawn = Math.imul(rotl(Math.imul(b, 5) >>> 0, 7), 9) >>> 0
    const t = (b << 9) >>> 0
    c = (c ^ a) >>> 0
    d = (d ^ b) >>> 0
    b = (b ^ c) >>> 0
    a = (a ^ d) >>> 0
    c = (c ^ t) >>> 0
    d = rotl(d, 11)
    return drawn
  }
  const uniform = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992
  const below = (limit: number): number => {
    if (!Number.isInteger(limit) || limit < 1 || limit > 4294967296) throw new RangeError(`below(${limit})`)
    const rest = 4294967296 % limit
    let drawn = uint32()
    while (drawn < rest) drawn = uint32()
    return drawn % limit
  }
  return {
    uint32,
    uniform,
    below,
    normal: () => Math.sqrt(-2 * log(1 - uniform())) * cosineOfTurns(uniform()),
    shuffle: items => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1)
        const held = items[i] as number
        items[i] = items[j] as number
        items[j] = held
      }
      return items
    },
    fork: (...more) => stream(seed, ...names, ...more),
    state: () => [a, b, c, d],
    restore: ([w, x, y, z]) => {
      a = w
      b = x
      c = y
      d = z
    },
  }
}
