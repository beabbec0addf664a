import { tf } from '../../../src/engine/tf.js'
import { drawn } from '../shapes.js'
import { readAll, type Case } from './parts.js'
import { convolutionKernels } from './window-parts.js'

type Outputs = Record<string, tf.Tensor>
const kernel = (make: () => Outputs): Case => ({ run: () => readAll(tf.tidy(make)) })

const x = (name: string, ...shape: number[]): tf.Tensor => drawn(name, shape)
/** Away from 0, where logarithms, roots and quotients are steep. */
const positive = (name: string, ...shape: number[]): tf.Tensor => tf.add(tf.abs(drawn(name, shape)), 0.3)

/** An operation with its gradient along drawn numbers. */
const both = (run: (x: tf.Tensor) => tf.Tensor, at: tf.Tensor): Outputs => {
  const y = run(at)
  return { y, dx: tf.grad(run)(at, drawn('dy', y.shape)) }
}

const unary: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  abs: tf.abs,
  neg: tf.neg,
  exp: tf.exp,
  square: tf.square,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  relu: tf.relu,
  relu6: tf.relu6,
  elu: tf.elu,
  selu: tf.selu,
  softplus: tf.softplus,
  erf: tf.erf,
  softmax: tf.softmax,
  logSoftmax: tf.logSoftmax,
  leakyRelu: t => tf.leakyRelu(t, 0.2),
  clip: t => tf.clipByValue(t, -0.7, 0.4),
  prelu: t => tf.prelu(t, tf.tensor([0.1, 0.2, 0.3, 0.4, 0.5])),
}
const ofPositive: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  log: tf.log,
  log1p: tf.log1p,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  reciprocal: tf.reciprocal,
  pow: t => tf.pow(t, 1.7),
}
/** No gradient, or none that is used. */
const flat: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  floor: tf.floor,
  round: tf.round,
  sign: tf.sign,
  step: tf.step,
  zerosLike: tf.zerosLike,
  onesLike: tf.onesLike,
}
const binary: Readonly<Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
}
/** Whose gradient tfjs has for operands of one shape alone, on every engine. */
const equalShapesOnly = new Set(['maximum', 'minimum', 'squaredDifference'])
const comparing: Readonly<Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
  equal: tf.equal,
  notEqual: tf.notEqual,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
}
/** Equal shapes, a row, a column, a scalar, and both repeated. */
const broadcast: readonly (readonly [number[], number[]])[] = [
  [
    [3, 5],
    [3, 5],
  ],
  [[2, 3, 5], [5]],
  [
    [3, 5],
    [3, 1],
  ],
  [[7], []],
  [
    [2, 1, 5],
    [1, 3, 1],
  ],
]

const elementwise: Record<string, Case> = {}
for (const [name, run] of Object.entries(unary)) elementwise[name] = kernel(() => both(run, x(name, 3, 7, 5)))
for (const [name, run] of Object.entries(ofPositive))
  elementwise[name] = kernel(() => both(run, positive(name, 5, 7)))
for (const [name, run] of Object.entries(flat)) elementwise[name] = kernel(() => ({ y: run(x(name, 4, 5)) }))
for (const [name, run] of Object.entries(binary))
  elementwise[name] = kernel(() =>
    Object.fromEntries(
      broadcast.flatMap(([left, right], i) => {
        const [a, b] = [drawn('a', left), tf.add(tf.abs(drawn('b', right)), 0.3)]
        const y = run(a, b)
        if (i > 0 && equalShapesOnly.has(name)) return [[`y ${i}`, y]]
        const [da, db] = tf.grads(run)([a, b], drawn('dy', y.shape))
        return [
          [`y ${i}`, y],
          [`da ${i}`, da!],
          [`db ${i}`, db!],
        ]
      }),
    ),
  )
for (const [name, run] of Object.entries(comparing))
  elementwise[name] = kernel(() =>
    Object.fromEntries(
      broadcast.map(([left, right], i) => [String(i), run(drawn('a', left, 2), drawn('b', right, 2))]),
    ),
  )

const movement: Readonly<Record<string, Case>> = {
  cast: kernel(() => ({
    int: tf.cast(tf.mul(x('cast', 9), 3), 'int32'),
    bool: tf.cast(tf.tensor1d([0, 256, 0.5, -1]), 'bool'),
    back: tf.cast(tf.greater(x('cast', 9), 0), 'float32'),
  })),
  logical: kernel(() => {
    const [a, b] = [tf.greater(x('a', 5, 3), 0), tf.greater(x('b', 3), 0)]
    return { and: tf.logicalAnd(a, b), or: tf.logicalOr(a, b), not: tf.logicalNot(a) }
  }),
  where: kernel(() => both(t => tf.where(tf.greater(x('c', 3, 5), 0), t, tf.mul(t, 3)), x('w', 3, 5))),
  transpose: kernel(() => both(t => tf.transpose(t, [2, 0, 3, 1]), x('t', 2, 3, 4, 5))),
  tile: kernel(() => both(t => tf.tile(t, [2, 1, 3]), x('t', 2, 3, 5))),
  pad: kernel(() =>
    both(
      t =>
        tf.pad(t, [
          [1, 2],
          [0, 0],
          [2, 0],
        ]),
      x('p', 2, 3, 5),
    ),
  ),
  concat: kernel(() => both(t => tf.concat([t, tf.mul(t, 2)], 1), x('c', 3, 5, 2))),
  split: kernel(() => both(t => tf.mul(...(tf.split(t, 2, -1) as [tf.Tensor, tf.Tensor])), x('s', 3, 6))),
  slice: kernel(() => both(t => tf.slice(t, [1, 0, 2], [2, 3, 3]), x('s', 4, 3, 5))),
  stridedSlice: kernel(() => ({ y: tf.stridedSlice(x('s', 5, 7), [0, 1], [5, 6], [2, 3]) })),
  stack: kernel(() => both(t => tf.stack([t, tf.square(t)], 1), x('s', 3, 5))),
  unstack: kernel(() => both(t => tf.mul(...(tf.unstack(t) as [tf.Tensor, tf.Tensor])), x('u', 2, 5))),
  reverse: kernel(() => both(t => tf.reverse(t, 1), x('r', 3, 5, 2))),
  gather: kernel(() => both(t => tf.gather(t, tf.tensor1d([2, 0, 2, 3], 'int32')), x('g', 5, 3))),
  segments: kernel(() => ({
    y: tf.unsortedSegmentSum(x('g', 6, 5), tf.tensor1d([2, 0, 2, 3, 0, 2], 'int32'), 5),
  })),
  oneHot: kernel(() => ({ y: tf.oneHot(tf.tensor1d([2, 0, 4], 'int32'), 5) })),
  expand: kernel(() => both(t => tf.expandDims(t, 1), x('e', 3, 5))),
  addN: kernel(() => both(t => tf.addN([t, tf.square(t), tf.neg(t)]), x('n', 3, 5))),
}

const axes: readonly (number | number[] | undefined)[] = [undefined, 0, 1, -1, [0, 2], [1, 2]]
const reductions: Record<string, Case> = {}
for (const [name, run] of Object.entries({ sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min }))
  reductions[name] = kernel(() =>
    Object.fromEntries(
      axes.flatMap((axis, i) => {
        const { y, dx } = both(t => run(t, axis), x(name, 4, 7, 19))
        return [
          [`y ${i}`, y!],
          [`dx ${i}`, dx!],
        ]
      }),
    ),
  )
reductions['argMax'] = kernel(() => ({ y: tf.argMax(x('m', 5, 9), 1) }))

const products: Record<string, Case> = {}
for (const [m, k, n] of [
  [1, 1, 1],
  [5, 3, 7],
  [13, 40, 9],
  [70, 5, 17],
] as const)
  for (const [ta, tb] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const)
    products[`product ${m}×${k}×${n} ${ta} ${tb}`] = kernel(() => {
      const [a, b] = [x('a', ...(ta ? [k, m] : [m, k])), x('b', ...(tb ? [n, k] : [k, n]))]
      const run = (p: tf.Tensor, q: tf.Tensor): tf.Tensor => tf.matMul(p, q, ta, tb)
      const [da, db] = tf.grads(run)([a, b], x('dy', m, n))
      const fused = (activation: 'relu' | 'linear'): tf.Tensor =>
        tf.fused.matMul({ a, b, transposeA: ta, transposeB: tb, bias: x('bias', n), activation })
      return { y: run(a, b), da: da!, db: db!, relu: fused('relu'), linear: fused('linear') }
    })
products['products in batches'] = kernel(() => ({
  plain: tf.matMul(x('a', 2, 3, 5), x('b', 2, 5, 4)),
  spread: tf.matMul(x('a', 2, 3, 5), x('c', 5, 4)),
}))

/** Every operation that training uses, by itself: values and gradients. */
export const kernelParts: Readonly<Record<string, Case>> = {
  ...elementwise,
  ...movement,
  ...reductions,
  ...products,
  ...convolutionKernels,
}
