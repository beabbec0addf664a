import { gzipSync } from 'node:zlib'
import type { Random } from '../../src/core/random.js'
import { bytesOf, elements, labelsOf, valuesOf, type Dtype } from './arrays.js'
import { choose, datasetSettings, oneIn, pick, type HostileCase } from './case.js'
import { damaged } from './damages.js'
import { badlyPacked, bomb } from './packed.js'

const codes: readonly (readonly [number, Dtype])[] = [
  [0x08, 'uint8'],
  [0x09, 'int8'],
  [0x0b, 'int16'],
  [0x0c, 'int32'],
  [0x0d, 'float32'],
  [0x0e, 'float64'],
]

const header = (code: number, shape: readonly number[]): Buffer => {
  const head = Buffer.alloc(4 + 4 * shape.length)
  head[2] = code
  head[3] = shape.length
  shape.forEach((side, axis) => head.writeUInt32BE(side, 4 + 4 * axis))
  return head
}

const idxOf = (code: number, dtype: Dtype, shape: readonly number[], values: readonly number[]): Buffer =>
  Buffer.concat([header(code, shape), bytesOf(dtype, values, false)])

const sides = [0, 1, 2, 255, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff]

/** A header that claims something else than what follows it. */
const claiming = (bytes: Buffer, random: Random): Buffer => {
  const made = Buffer.from(bytes)
  const axes = made[3]!
  const change = random.below(4)
  if (change === 0) made[3] = pick([0, axes + 1, 9, 200, 255], random)
  else if (change === 1) made[2] = random.below(256)
  else made.writeUInt32BE(pick(sides, random), 4 + 4 * random.below(axes))
  return made
}

/** Claims and holds a shape of zeros, ones, or many axes: sound by its length, senseless as data. */
const odd = (random: Random): Buffer => {
  const [code, dtype] = pick(codes, random)
  const shape = pick(
    [[0, 4], [4, 0], [1], [12, 1, 1, 1, 1, 1, 1, 1], [12, 1], [0], [0, 0, 0], [3, 3, 3, 3]],
    random,
  )
  return idxOf(code, dtype, shape, valuesOf(elements(shape), random))
}

const notFinite = (bytes: Buffer, random: Random): Buffer => {
  const made = Buffer.from(bytes)
  const width = made[2] === 0x0e ? 8 : 4
  const at = 4 + 4 * made[3]!
  const count = Math.floor((made.length - at) / width)
  if (count === 0) return made
  const place = at + random.below(count) * width
  const value = pick([NaN, Infinity, -Infinity, 1e308, -1e308, 3.5e38], random)
  if (width === 8) made.writeDoubleBE(value, place)
  else made.writeFloatBE(value, place)
  return made
}

export const idxCase = (random: Random): HostileCase => {
  const count = 8 + random.below(24)
  const shape = pick(
    [
      [count, 3, 2],
      [count, 4],
      [count, 2, 2, 3],
    ],
    random,
  )
  const [code, dtype] = pick(codes, random)
  const regression = oneIn(4, random)
  const images = idxOf(code, dtype, shape, valuesOf(elements(shape), random))
  const labels = regression
    ? idxOf(0x0d, 'float32', [count, 2], valuesOf(count * 2, random))
    : idxOf(0x08, 'uint8', [count], labelsOf(count, 3))
  const made = new Map<string, Buffer>([
    ['images', oneIn(3, random) ? gzipSync(images) : images],
    ['labels', oneIn(3, random) ? gzipSync(labels) : labels],
  ])
  const sound = oneIn(16, random)
  const name = pick(['images', 'images', 'labels'], random)
  const whole = name === 'images' ? images : labels
  let what = 'sound'
  const change = (word: string, bytes: Buffer): void => {
    what = `${name} ${word}`
    made.set(name, bytes)
  }
  if (!sound)
    choose<() => void>(
      [
        [30, () => change('damaged', damaged(whole, random))],
        [20, () => change('claims', claiming(whole, random))],
        [20, () => change('packed', badlyPacked(whole, random))],
        [8, () => change('odd', odd(random))],
        [8, () => change('not finite', notFinite(whole, random))],
        [6, () => change('claims and packed', gzipSync(claiming(whole, random)))],
        [
          2,
          () => {
            // It holds what its header claims: only a bound on unpacking stops it.
            const side = 2 ** (10 + random.below(14))
            change('bomb', bomb(header(0x08, [count, side]), count * side))
          },
        ],
        [2, () => void (made.set('images', labels), made.set('labels', images), (what = 'swapped'))],
        [2, () => void (made.delete(name), (what = `${name} gone`))],
      ],
      random,
    )()
  return {
    what: `idx ${dtype} ${what}`,
    kind: 'dataset',
    config: {
      source: { idx: { images: 'images', labels: 'labels' } },
      ...datasetSettings(random, regression),
    },
    files: made,
    sound,
  }
}
