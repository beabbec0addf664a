import { gzipSync } from 'node:zlib'
import type { Random } from '../../src/core/random.js'
import { bytesOf, elements, labelsOf, valuesOf } from './arrays.js'
import { choose, datasetSettings, oneIn, pick, type HostileCase } from './case.js'
import { damaged } from './damages.js'
import { descrOf, dtypes, npyOf, shapeText, soundNpy, textOf, type NpyArray } from './npy-files.js'
import { badlyPacked, bomb } from './packed.js'
import { zipOf, type Member } from './zip-files.js'

const deep = (count: number): string => '('.repeat(count) + '1' + ',)'.repeat(count)

const descrs = [
  "'|O'",
  "'<c8'",
  "'<M8[ns]'",
  "'|S3'",
  "'<U5'",
  "'|V8'",
  "'<f16'",
  "'<f3'",
  "''",
  "'<'",
  "'<constructor'",
  "'<__proto__'",
  "'|toString'",
  "'=hasOwnProperty'",
  'None',
  '4',
  "[('a', '<f4'), ('b', '<i2')]",
  "('<f4', (2,))",
  "'!f4'",
  "'\\x3cf4'",
  "'<f4\\n'",
  "'<f" + '4'.repeat(300) + "'",
  "{'a': '<f4'}",
  '"<f4"',
  "'<f4",
]
const shapes = [
  '(-1, 2)',
  '(4, -2)',
  '(1e3, 2)',
  '(4.5, 2)',
  '(99999999999999999999, 2)',
  '(9007199254740991, 2)',
  '(9007199254740993, 1)',
  '(4294967296, 4294967296)',
  '(0, 9007199254740991)',
  '()',
  '(4)',
  '[4, 2]',
  'None',
  "('4', 2)",
  '(True, 2)',
  deep(10),
  deep(2000),
  `(${'1, '.repeat(40)})`,
  `(${'1, '.repeat(9000)})`,
  `(4, ${'9'.repeat(400)})`,
  '(4L, 2L)',
  '(2147483648, 1)',
  '(1, 2147483648, 0)',
  '(4, 2',
  '{4, 2}',
  '(,)',
]
const orders = ['True', 'False', '1', 'None', "'False'", 'true', 'FalseTrue', '(True)']

/** A header with something wrong in its text, over the body as it was or one of the length that it claims. */
const badHeader = ({ dtype, shape, values }: NpyArray, random: Random): Buffer => {
  const descr = oneIn(2, random) ? `'${descrOf(dtype, true)}'` : pick(descrs, random)
  const order = oneIn(4, random) ? pick(orders, random) : 'False'
  const sides = oneIn(2, random) ? pick(shapes, random) : shapeText(shape)
  const whole = textOf(descr, order, sides)
  const text = choose<() => string>(
    [
      [12, () => whole],
      [2, () => whole.replace("'shape'", pick(["'Shape'", "'__proto__'", "'descr'", 'shape'], random))],
      [
        2,
        () =>
          whole.replace(
            '{',
            pick(["{'shape': (3, 3), ", "{'__proto__': {'shape': (2, 2)}, ", '{{', '[', ''], random),
          ),
      ],
      [1, () => whole + pick(['}', whole, ' # comment', '\0', '\n\n'], random)],
      [1, () => '{'.repeat(1 + random.below(5000)) + whole],
      [1, () => `{'x': '${'y'.repeat(random.below(70_000))}', ${whole.slice(1)}`],
      [1, () => whole.slice(0, random.below(whole.length))],
    ],
    random,
  )()
  return npyOf(pick([1, 1, 2, 3], random), text, bytesOf(dtype, values, true))
}

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

const badNpz = (x: Buffer, y: Buffer, random: Random): Buffer => {
  const members = (more: readonly Member[] = []): Member[] => [
    { name: 'x.npy', bytes: x, deflated: oneIn(2, random) },
    { name: 'y.npy', bytes: y, deflated: oneIn(2, random) },
    ...more,
  ]
  const forged = (offset: number, value: number) =>
    zipOf(members(), (entry, at) => void (at === 0 && entry.writeUInt32LE(value >>> 0, offset)))
  const huge = pick([0, 1, 0x7fffffff, 0xfffffffe, 0xffffffff, 100_000_000], random)
  return choose<() => Buffer>(
    [
      [20, () => damaged(zipOf(members()), random)],
      [12, () => forged(pick([16, 20, 24, 42], random), huge)],
      [3, () => zipOf(members([{ name: 'x.npy', bytes: y, deflated: false }]))],
      [2, () => zipOf(members([{ name: '../../x.npy', bytes: x, deflated: true }]))],
      [
        1,
        () =>
          zipOf(
            Array.from({ length: 20_000 }, (_, at) => ({
              name: `a${at}`,
              bytes: Buffer.alloc(0),
              deflated: false,
            })),
          ),
      ],
      [2, () => zipOf([{ name: '__proto__.npy', bytes: x, deflated: true }])],
      [
        2,
        () => {
          const zeros = npyOf(
            1,
            textOf("'|u1'", 'False', `(${1 + random.below(64)}, 1048576)`),
            Buffer.alloc(0),
          )
          return zipOf([
            {
              name: 'x.npy',
              bytes: Buffer.concat([zeros, Buffer.alloc((1 + random.below(64)) * 2 ** 20)]),
              deflated: true,
            },
            { name: 'y.npy', bytes: y, deflated: true },
          ])
        },
      ],
    ],
    random,
  )()
}

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
