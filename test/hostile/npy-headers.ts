import type { Random } from '../../src/core/random.js'
import { bytesOf } from './arrays.js'
import { choose, oneIn, pick } from './case.js'
import { descrOf, npyOf, shapeText, textOf, type NpyArray } from './npy-files.js'

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
export const badHeader = ({ dtype, shape, values }: NpyArray, random: Random): Buffer => {
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
