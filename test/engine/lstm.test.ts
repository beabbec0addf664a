import { stream } from '../../src/core/random.js'
import { lstm } from '../../src/engine/lstm.js'
import { openEngine } from '../../src/engine/open.js'
import { layers as keras, tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { difference, drawn } from './shapes.js'

const test = suite(
  'an LSTM of one kernel on wasm against the tensor library’s, step by step on the cpu engine',
)

interface Case {
  readonly x: [batch: number, steps: number, channels: number]
  readonly units: number
  readonly sequences: boolean
  readonly backwards: boolean
  readonly useBias: boolean
}

const cases: Case[] = [
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

const weightsOf = ({ x, units, useBias }: Case): tf.Tensor[] => [
  drawn('kernel', [x[2], 4 * units]),
  drawn('recurrent', [units, 4 * units]),
  ...(useBias ? [drawn('bias', [4 * units])] : []),
]

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
  ({ units, sequences, backwards, useBias }: Case): Run =>
  (x, kernel, recurrent, bias) => {
    const layer = keras.layers.lstm({
      units,
      useBias,
      returnSequences: sequences,
      goBackwards: backwards,
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
    })
    layer.build([null, x.shape[1]!, x.shape[2]!])
    layer.weights.forEach((weight, i) => (weight.read = () => [kernel!, recurrent!, bias!][i] as tf.Variable))
    return layer.call(x, {}) as tf.Tensor
  }

const whole =
  ({ sequences, backwards }: Case): Run =>
  (x, kernel, recurrent, bias) =>
    lstm(x, { kernel: kernel!, recurrent: recurrent!, bias }, { sequences, backwards })

test('outputs and gradients of every input agree', async () => {
  await openEngine('wasm')
  const got = cases.map(each => outcome(each, whole(each)))
  await openEngine('cpu')
  cases.forEach((each, i) =>
    outcome(each, stepwise(each)).forEach((want, part) => {
      const off = difference(got[i]![part]!, want)
      const name = ['y', 'dx', 'dKernel', 'dRecurrent', 'dBias'][part]
      assert.ok(off < 3e-6, `${name} of ${JSON.stringify(each)} is off by ${off}`)
    }),
  )
})

/** Both curves of one number in float64, by a layer of one unit whose other gates are wide open. */
test('σ and tanh keep to a few units in the last place, however far from 0', async () => {
  await openEngine('wasm')
  const random = stream(3, 'curves')
  const values = Float32Array.from({ length: 4096 }, (_, i) =>
    i < 8 ? [0, -0, 1e-8, -1e-20, 90, -90, 1e30, -1e30][i]! : random.normal() * (1 + (i % 20)),
  )
  const x = tf.tensor(values, [values.length, 1, 1])
  // h = σ(output)·tanh(σ(input)·tanh(candidate)), with σ(200) = 1 exactly.
  const make = (kernel: number[], bias: number[]): Float32Array =>
    lstm(
      x,
      { kernel: tf.tensor([kernel]), recurrent: tf.zeros([1, 4]), bias: tf.tensor(bias) },
      { sequences: false, backwards: false },
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
