import { gzipSync } from 'node:zlib'
import type { Random } from '../../src/core/random.js'
import { elements, labelsOf, valuesOf } from './arrays.js'
import { choose, datasetSettings, oneIn, pick, type HostileCase } from './case.js'
import { damaged } from './damages.js'
import { dtypes, npyOf, shapeText, soundNpy, textOf, type NpyArray } from './npy-files.js'
import { badHeader } from './npy-headers.js'
import { badNpz } from './npz-files.js'
import { badlyPacked, bomb } from './packed.js'
import { zipOf } from './zip-files.js'

const badStart = (whole: Buffer, random: Random): Buffer => {
  const made = Buffer.from(whole)
  const change = random.below(4)
  if (change === 0) made[6] = pick([0, 2, 3, 4, 255], random)
  else if (change === 1) made.writeUInt16LE(pick([0, 1, 65535, 64, 54], random), 8)
  else if (change === 2) made.writeUInt32LE(pick([0, 0x7fffffff, 0xffffffff, 65537], random), 8)
  else made[random.below(6)] = random.below(256)
  return made
}

const notFinite = ({ shape }: NpyArray, random: Random): Buffer => {
  const body = Buffer.alloc(elements(shape) * 8)
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  for (let at = 0; at < elements(shape); at++)
    view.setFloat64(
      at * 8,
      oneIn(10, random) ? pick([NaN, Infinity, 1e308, -1e308, 3.5e38, 1e200], random) : at,
      true,
    )
  return npyOf(1, textOf("'<f8'", 'False', shapeText(shape)), body)
}

const tooWide = ({ shape }: NpyArray, random: Random): Buffer => {
  const body = Buffer.alloc(elements(shape) * 8)
  for (let at = 0; at < elements(shape); at++)
    body.writeBigInt64LE(oneIn(10, random) ? pick([2n ** 53n, -(2n ** 62n), 2n ** 31n], random) : 1n, at * 8)
  return npyOf(1, textOf("'<i8'", 'False', shapeText(shape)), body)
}

const damagedNpy = (array: NpyArray, random: Random): Buffer =>
  choose<() => Buffer>(
    [
      [24, () => badHeader(array, random)],
      [20, () => damaged(soundNpy(array, random), random)],
      [8, () => badStart(soundNpy(array, random), random)],
      [12, () => badlyPacked(soundNpy(array, random), random)],
      [5, () => notFinite(array, random)],
      [4, () => tooWide(array, random)],
      [
        2,
        () => {
          const [count, side] = [array.shape[0]!, 2 ** (10 + random.below(14))]
          return bomb(
            npyOf(1, textOf("'|u1'", 'False', `(${count}, ${side})`), Buffer.alloc(0)),
            count * side,
          )
        },
      ],
      // A pickle, as `numpy.save` writes of an array of objects.
      [
        1,
        () =>
          npyOf(
            1,
            textOf("'|O'", 'False', shapeText(array.shape)),
            Buffer.from('\x80\x04\x95cos\nsystem\n(S"id"\ntR.', 'latin1'),
          ),
      ],
    ],
    random,
  )()

export const npyCase = (random: Random): HostileCase => {
  const count = 8 + random.below(24)
  const regression = oneIn(4, random)
  const shape = pick(
    [
      [count, 3, 2],
      [count, 4],
      [count, 2, 2, 3],
    ],
    random,
  )
  const x: NpyArray = { dtype: pick(dtypes, random), shape, values: valuesOf(elements(shape), random) }
  const y: NpyArray = regression
    ? { dtype: pick(['float64', 'int16'], random), shape: pick([[count], [count, 2]], random), values: [] }
    : {
        dtype: pick(['uint8', 'int64', 'int32', 'uint16'], random),
        shape: [count],
        values: labelsOf(count, 3),
      }
  const target = regression ? { ...y, values: valuesOf(elements(y.shape), random) } : y
  const settings = datasetSettings(random, regression)
  const sound = oneIn(16, random)
  if (oneIn(4, random)) {
    const [a, b] = [soundNpy(x, random), soundNpy(target, random)]
    const archive = sound
      ? zipOf([
          { name: 'x.npy', bytes: a, deflated: oneIn(2, random) },
          { name: 'y.npy', bytes: b, deflated: oneIn(2, random) },
        ])
      : oneIn(3, random)
        ? zipOf([
            { name: 'x.npy', bytes: damagedNpy(x, random), deflated: oneIn(2, random) },
            { name: 'y.npy', bytes: b, deflated: true },
          ])
        : badNpz(a, b, random)
    const config = { source: { npz: { path: 'a.npz' } }, ...settings }
    return {
      what: `npz ${sound ? 'sound' : 'damaged'}`,
      kind: 'dataset',
      config,
      files: new Map([['a.npz', archive]]),
      sound,
    }
  }
  const labels = oneIn(4, random)
  const pack = (bytes: Buffer): Buffer => (oneIn(5, random) ? gzipSync(bytes) : bytes)
  const files = new Map<string, Uint8Array>([
    ['x.npy', sound || labels ? pack(soundNpy(x, random)) : damagedNpy(x, random)],
    ['y.npy', sound || !labels ? pack(soundNpy(target, random)) : damagedNpy(target, random)],
  ])
  const config = { source: { npy: { features: 'x.npy', labels: 'y.npy' } }, ...settings }
  return { what: `npy ${x.dtype} ${sound ? 'sound' : 'damaged'}`, kind: 'dataset', config, files, sound }
}
