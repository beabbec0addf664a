import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { stream } from '../../src/core/random.js'
import { assert, suite } from '../suite.js'
import { difference, drawn } from './shapes.js'
import type { LayerCase } from './trainable-layers.js'
import { trainable } from './trainable-layers.js'

const test = suite('gradients of every trainable layer')

interface Outcome {
  readonly output: Float32Array
  readonly gradients: Record<string, Float32Array>
  /** Directional derivative of each weight and input along a fixed unit direction: from the gradient, and by differences. */
  readonly slopes: Record<string, { gradient: number; numeric: number }>
}

const directionOf = (name: string, size: number): Float64Array => {
  const random = stream(5, name)
  const values = Float64Array.from({ length: size }, () => random.normal())
  const length = Math.hypot(...values)
  return values.map(value => value / length)
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** The layer's output and the gradients of ⟨output, fixed random numbers⟩, with or without numeric differentiation. */
const outcome = (name: string, each: LayerCase, numeric: boolean): Outcome => {
  const layer = each.make()
  const inputs = each.inputs.map((shape, i) => {
    const values = drawn(`${name} input ${i}`, shape)
    return each.indices === undefined ? values : tf.floor(tf.mul(tf.sigmoid(values), each.indices))
  })
  const apply = (xs: tf.Tensor[]): tf.Tensor =>
    layer.apply(xs.length === 1 ? xs[0]! : xs, { training: true }) as tf.Tensor
  apply(inputs)
  layer.setWeights(
    layer.getWeights().map((weight, i) => {
      const values = tf.mul(drawn(`${name} weight ${i}`, weight.shape), 0.5)
      return layer.weights[i]!.name.includes('variance') ? tf.abs(values) : values
    }),
  )
  const xs = inputs.map(x => tf.variable(x, each.indices === undefined))
  const trained: Record<string, tf.Variable> = {}
  if (each.indices === undefined) xs.forEach((x, i) => (trained[`input ${i}`] = x))
  layer.trainableWeights.forEach((weight, i) => {
    trained[`weight ${i}`] = weight.read() as tf.Variable
  })
  const output = apply(xs)
  const along = drawn(`${name} output`, output.shape)
  const alongValues = along.dataSync()
  const names = Object.keys(trained)
  const { grads } = tf.variableGrads(
    () => tf.sum(tf.mul(apply(xs), along)) as tf.Scalar,
    names.map(key => trained[key]!),
  )
  const gradients = Object.fromEntries(
    names.map(key => [key, grads[trained[key]!.name]!.dataSync() as Float32Array]),
  )
  const slopes: Outcome['slopes'] = {}
  if (numeric)
    for (const key of names) {
      const variable = trained[key]!
      const start = variable.dataSync() as Float32Array
      const direction = directionOf(key, start.length)
      const step = 2e-3
      const at = (sign: number): number => {
        const moved = start.map((value, i) => value + sign * step * direction[i]!)
        variable.assign(tf.tensor(moved, variable.shape))
        return dot(apply(xs).dataSync(), alongValues)
      }
      const numericSlope = (at(1) - at(-1)) / (2 * step)
      variable.assign(tf.tensor(start, variable.shape))
      slopes[key] = { gradient: dot(gradients[key]!, direction), numeric: numericSlope }
    }
  return { output: output.dataSync() as Float32Array, gradients, slopes }
}

const all = (numeric: boolean): Map<string, Outcome | Error> =>
  new Map(
    Object.entries(trainable).map(([name, each]): [string, Outcome | Error] => {
      try {
        return [name, outcome(name, each, numeric)]
      } catch (error) {
        return [name, error as Error]
      }
    }),
  )

test('wasm agrees with the cpu engine and with numeric differentiation', async () => {
  await openEngine('wasm')
  const got = all(true)
  await openEngine('cpu')
  const faults: string[] = []
  for (const [name, want] of all(false)) {
    const mine = got.get(name)!
    if (mine instanceof Error || want instanceof Error) {
      for (const [engine, found] of [
        ['wasm', mine],
        ['cpu', want],
      ] as const)
        if (found instanceof Error) faults.push(`${name} on ${engine}: ${found.message}`)
      continue
    }
    const { output, gradients, slopes } = mine
    const tolerance = trainable[name]!.tolerance ?? 2e-5
    const check = (what: string, off: number, limit: number): void => {
      if (!(off <= limit)) faults.push(`${name}: ${what} is off by ${off}`)
    }
    check('output', difference(output, want.output), tolerance)
    for (const [key, values] of trainable[name]!.cpuWrong ? [] : Object.entries(want.gradients))
      check(`gradient of ${key}`, difference(gradients[key]!, values), tolerance)
    for (const [key, { gradient, numeric }] of Object.entries(slopes))
      check(`slope along ${key}`, Math.abs(gradient - numeric) / Math.max(1, Math.abs(numeric)), 2e-2)
  }
  assert.equal(faults, [])
})
