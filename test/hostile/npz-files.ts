import type { Random } from '../../src/core/random.js'
import { choose, oneIn, pick } from './case.js'
import { damaged } from './damages.js'
import { npyOf, textOf } from './npy-files.js'
import { zipOf, type Member } from './zip-files.js'

/** An archive of two arrays with something wrong in it. */
export const badNpz = (x: Buffer, y: Buffer, random: Random): Buffer => {
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
