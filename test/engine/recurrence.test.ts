import { stream } from '../../src/core/random.js'
import type { Activation, Cell, RecurrentOptions } from '../../src/engine/recurrence.js'
import { activations, cells, recur } from '../../src/engine/recurrence.js'
import { openEngine } from '../../src/engine/open.js'
import { layers as keras, tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { difference, drawn } from './shapes.js'

const test = suite(
  'recurrent layers of one kernel on wasm against the tensor library’s, step by step on the cpu engine',
)

interface Case {
  readonly cell: Cell
  readonly x: [batch: number, steps: number, channels: number]
  readonly units: number
  readonly sequences: boolean
  readonly backwards: boolean
  readonly useBias: boolean
  readonly activation: Activation
  readonly gate: Activation
  /** With a mask on the way from each step to the next. */
  readonly masked: boolean
}

const shapes: Omit<Case, 'cell' | 'activation' | 'gate' | 'masked'>[] = [
  { x: [3, 5, 4], units: 7, sequences: false, backwards: false, useBias: true },
  { x: [2, 4, 3], units: 8, sequences: true, backwards: false, useBias: true },
  { x: [5, 6, 1], units: 4, sequences: false, backwards: true, useBias: true },
  { x: [4, 3, 9], units: 5, sequences: true, backwards: true, useBias: false },
  { x: [1, 1, 1], units: 1, sequences: true, backwards: false, useBias: true },
  { x: [1, 2, 3], units: 2, sequences: false, backwards: false, useBias: false },
  // Long sums and small results, which a product takes in stretches.
  { x: [420, 8, 3], units: 3, sequences: true, backwards: true, useBias: true },
  { x: [66, 3, 5], units: 33, sequences: false, backwards: false, useBias: true },
]

const usual = { activation: 'tanh', gate: 'sigmoid' } as const

const cases: Case[] = cells.flatMap(cell => [
  ...shapes.flatMap(shape =>
    [false, true].map(masked => ({ ...shape, ...usual, cell, masked: masked && shape.x[0] < 66 })),
  ),
  // Each function once as that of the output and once as that of the gates.
  ...activations.flatMap((name, i) =>
    [{ ...usual, activation: name }, ...(cell === 'simpleRNN' ? [] : [{ ...usual, gate: name }])].map(
      functions => ({ ...shapes[i % 4]!, ...functions, cell, masked: i % 2 === 1 }),
    ),
  ),
])

const kernelsOf: Readonly<Record<Cell, number>> = { simpleRNN: 1, gru: 3, lstm: 4 }

// Small weights: differences of rounding, and functions without bound, would otherwise grow from step to step.
const weightsOf = ({ cell, x, units, useBias }: Case): tf.Tensor[] => {
  const wide = kernelsOf[cell] * units
  const weight = (name: string, shape: number[]): tf.Tensor => tf.mul(drawn(name, shape), 0.5)
  return [
    weight('kernel', [x[2], wide]),
    weight('recurrent', [units, wide]),
    ...(useBias ? [weight('bias', [wide])] : []),
  ]
}

const maskOf = ({ x, units, masked }: Case): tf.Tensor | undefined =>
  masked ? tf.mul(tf.cast(tf.greater(drawn('mask', [x[0], units]), 0), 'float32'), 2) : undefined

type Run = (x: tf.Tensor, ...weights: tf.Tensor[]) => tf.Tensor

/** y, dx and the gradients of the weights. */
const outcome = (each: Case, run: Run): Float32Array[] =>
  tf.tidy(() => {
    const operands = [drawn('x', each.x), ...weightsOf(each)]
    const y = run(...(operands as [tf.Tensor, ...tf.Tensor[]]))
    // The tensor library cannot differentiate a sequence of one step.
    if (each.x[1] === 1) return [y.dataSync() as Float32Array]
    const gradients = tf.grads(run as (...t: tf.Tensor[]) => tf.Tensor)(operands, drawn('dy', y.shape))
    return [y, ...gradients].map(tensor => tensor.dataSync() as Float32Array)
  })

/** The tensor library's cell, its weights read from the operands. */
const stepwise =
  (each: Case): Run =>
  (x, kernel, recurrent, bias) => {
    const { cell, units, sequences, backwards, useBias, activation, gate, masked } = each
    const layer = keras.layers[cell]({
      units,
      useBias,
      returnSequences: sequences,
      goBackwards: backwards,
      activation,
      recurrentActivation: gate,
      recurrentDropout: masked ? 0.5 : 0,
      dropoutFunc: () => maskOf(each)!,
    })
    layer.build([null, x.shape[1]!, x.shape[2]!])
    layer.weights.forEach((weight, i) => (weight.read = () => [kernel!, recurrent!, bias!][i] as tf.Variable))
    return layer.call(x, { training: true }) as tf.Tensor
  }

const whole =
  (each: Case): Run =>
  (x, kernel, recurrent, bias) =>
    recur(x, { kernel: kernel!, recurrent: recurrent!, bias }, each, maskOf(each))

test('outputs and gradients of every input agree', async () => {
  await openEngine('wasm')
  const got = cases.map(each => outcome(each, whole(each)))
  await openEngine('cpu')
  cases.forEach((each, i) =>
    outcome(each, stepwise(each)).forEach((want, part) => {
      const off = difference(got[i]![part]!, want)
      const name = ['y', 'dx', 'dKernel', 'dRecurrent', 'dBias'][part]
      assert.ok(off < 5e-6, `${name} of ${JSON.stringify(each)} is off by ${off}`)
    }),
  )
})

test('without a gradient, where steps keep nothing, the output is the same to the bit', async () => {
  await openEngine('wasm')
  for (const each of cases)
    tf.tidy(() => {
      const [x, ...weights] = [drawn('x', each.x), ...weightsOf(each)]
      const alone = whole(each)(x!, ...weights).dataSync()
      const { value } = tf.valueAndGrad(t => whole(each)(t, ...weights))(x!)
      assert.equal(alone, value.dataSync(), JSON.stringify(each))
    })
})

test('an example gives the same bits alone as among others', async () => {
  await openEngine('wasm')
  for (const each of cases.filter(({ x, masked }) => x[0] < 60 && !masked))
    tf.tidy(() => {
      const [x, ...weights] = [drawn('x', each.x), ...weightsOf(each)]
      const run = whole(each)
      const rest = each.x.slice(1)
      const alone = tf
        .unstack(x!)
        .map(example => run(tf.reshape(example, [1, ...rest]), ...weights).dataSync() as Float32Array)
      const together = run(x!, ...weights).dataSync() as Float32Array
      assert.equal(
        alone.flatMap(values => [...values]),
        [...together],
        JSON.stringify(each),
      )
    })
})

test('a step along each gradient changes the output as it says', async () => {
  await openEngine('wasm')
  // Smooth functions, since a kink within the difference would be told from a fault by nothing.
  const smooth = cases.filter(
    ({ x, activation, gate }) =>
      x[0] < 60 && [activation, gate].every(name => ['tanh', 'sigmoid', 'linear'].includes(name)),
  )
  assert.ok(smooth.length >= 30)
  for (const each of smooth)
    tf.tidy(() => {
      const operands = [drawn('x', each.x), ...weightsOf(each)]
      const run = whole(each)
      const y = run(...(operands as [tf.Tensor, ...tf.Tensor[]]))
      const dy = drawn('dy', y.shape)
      const gradients = tf.grads(run as (...t: tf.Tensor[]) => tf.Tensor)(operands, dy)
      const along = operands.map((operand, i) => {
        const direction = drawn(`direction ${i}`, operand.shape)
        return tf.div(direction, tf.norm(direction))
      })
      operands.forEach((_, moved) => {
        const step = 4e-3
        const at = (sign: number): Float32Array =>
          run(
            ...(operands.map((operand, i) =>
              i === moved ? tf.add(operand, tf.mul(along[i]!, sign * step)) : operand,
            ) as [tf.Tensor, ...tf.Tensor[]]),
          ).dataSync() as Float32Array
        const [ahead, behind, weights] = [at(1), at(-1), dy.dataSync()]
        let slope = 0
        ahead.forEach((value, i) => (slope += ((value - behind[i]!) * weights[i]!) / (2 * step)))
        const told = tf.sum(tf.mul(gradients[moved]!, along[moved]!)).dataSync()[0]!
        assert.ok(
          Math.abs(slope - told) < 1e-2 * Math.max(1, Math.abs(slope)),
          `operand ${moved} of ${JSON.stringify(each)}: ${told} and not ${slope}`,
        )
      })
    })
})

test('many steps leave neither tensors nor memory behind', async () => {
  const engine = await openEngine('wasm')
  const step = (): void => cells.forEach((_, i) => void outcome(cases[i * 25]!, whole(cases[i * 25]!)))
  for (let i = 0; i < 5; i++) step()
  const [bytes, tensors] = [engine.memory(), tf.memory().numTensors]
  for (let i = 0; i < 2000; i++) step()
  assert.is(engine.memory(), bytes)
  assert.is(tf.memory().numTensors, tensors)
})

/** Both curves of one number in float64, by a layer of one unit whose other gates are wide open. */
test('σ and tanh keep to a few units in the last place, however far from 0', async () => {
  await openEngine('wasm')
  const random = stream(3, 'curves')
  const values = Float32Array.from({ length: 4096 }, (_, i) =>
    i < 8 ? [0, -0, 1e-8, -1e-20, 90, -90, 1e30, -1e30][i]! : random.normal() * (1 + (i % 20)),
  )
  const x = tf.tensor(values, [values.length, 1, 1])
  const options: RecurrentOptions = { cell: 'lstm', ...usual, sequences: false, backwards: false }
  // h = σ(output)·tanh(σ(input)·tanh(candidate)), with σ(200) = 1 exactly.
  const make = (kernel: number[], bias: number[]): Float32Array =>
    recur(
      x,
      { kernel: tf.tensor([kernel]), recurrent: tf.zeros([1, 4]), bias: tf.tensor(bias) },
      options,
    ).dataSync() as Float32Array
  const tanhs = make([0, 0, 1, 0], [200, 0, 0, 200])
  const sigmoids = make([0, 0, 0, 1], [200, 0, 200, 0])
  values.forEach((value, i) => {
    const tanh = Math.tanh(Math.tanh(value))
    const sigmoid = Math.tanh(1) / (1 + Math.exp(-value))
    assert.ok(
      Math.abs(tanhs[i]! - tanh) <= 4e-7 * Math.abs(tanh),
      `tanh at ${value}: ${tanhs[i]} and not ${tanh}`,
    )
    assert.ok(Math.abs(sigmoids[i]! - sigmoid) <= 4e-7 * sigmoid + 1e-37, `σ at ${value}: ${sigmoids[i]}`)
  })
})
