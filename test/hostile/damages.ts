import type { Random } from '../../src/core/random.js'
import { choose, pick } from './case.js'

type Damage = (bytes: Buffer, random: Random) => Buffer

/** A place, half of the time near the beginning, where headers stand. */
const place = (bytes: Buffer, random: Random): number =>
  bytes.length === 0 ? 0 : random.below(random.below(2) === 0 ? Math.min(160, bytes.length) : bytes.length)

const flip: Damage = (bytes, random) => {
  const made = Buffer.from(bytes)
  for (let count = 1 + random.below(4); count > 0 && made.length > 0; count--)
    made[place(made, random)]! ^= 1 << random.below(8)
  return made
}
const replace: Damage = (bytes, random) => {
  const made = Buffer.from(bytes)
  for (let count = 1 + random.below(4); count > 0 && made.length > 0; count--)
    made[place(made, random)] = random.below(256)
  return made
}
const truncate: Damage = (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1))
const extend: Damage = (bytes, random) =>
  Buffer.concat([bytes, Buffer.alloc(1 + random.below(64), pick([0, 10, 34, 44, 255], random))])
const splice: Damage = (bytes, random) => {
  const [from, to] = [place(bytes, random), place(bytes, random)]
  const length = random.below(64)
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, from + length), bytes.subarray(to)])
}
const remove: Damage = (bytes, random) => {
  const at = place(bytes, random)
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(32))])
}
/** Numbers at which counts go wrong. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]
const number: Damage = (bytes, random) => {
  const made = Buffer.from(bytes)
  if (made.length < 4) return made
  const at = Math.min(place(made, random), made.length - 4)
  if (random.below(2) === 0) made.writeUInt32BE(pick(edges, random), at)
  else made.writeUInt32LE(pick(edges, random), at)
  return made
}
const swapHalves: Damage = (bytes, random) => {
  const at = random.below(bytes.length + 1)
  return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)])
}
const twice: Damage = bytes => Buffer.concat([bytes, bytes])
const empty: Damage = () => Buffer.alloc(0)
const noise: Damage = (bytes, random) =>
  Buffer.from(bytes.map(byte => (random.below(8) === 0 ? random.below(256) : byte)))

const weighted: readonly (readonly [number, Damage])[] = [
  [20, flip],
  [20, replace],
  [16, truncate],
  [6, extend],
  [10, splice],
  [10, remove],
  [16, number],
  [3, swapHalves],
  [2, twice],
  [1, empty],
  [3, noise],
]

/** Bytes with one to three damages that know nothing of their format. */
export const damaged = (bytes: Uint8Array, random: Random): Buffer => {
  let made = Buffer.from(bytes)
  for (let count = pick([1, 1, 1, 2, 3], random); count > 0; count--)
    made = choose(weighted, random)(made, random) as typeof made
  return made
}
