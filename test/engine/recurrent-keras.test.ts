import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import type { RecurrentOptions } from '../../src/engine/recurrence.js'
import { recur } from '../../src/engine/recurrence.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { difference } from './shapes.js'

const test = suite('recurrent layers of one kernel against Keras')

type Operand = 'x' | 'kernel' | 'recurrent' | 'bias'

interface Sizes {
  readonly batch: number
  readonly steps: number
  readonly channels: number
  readonly units: number
}

interface Case extends RecurrentOptions {
  readonly given: Readonly<Record<Operand, readonly number[]>>
  readonly dy: readonly number[]
  readonly y: readonly number[]
  readonly gradients: Readonly<Record<Operand, readonly number[]>>
}

const { cases, ...sizes } = JSON.parse(
  readFileSync(join(packageFolder(), 'test/engine/fixtures/recurrent.json'), 'utf8'),
) as Sizes & { readonly cases: readonly Case[] }

for (const { given, dy, y, gradients, ...options } of cases)
  test(`${JSON.stringify(options)}: output and gradients`, async () => {
    await openEngine('wasm')
    const { batch, steps, channels, units } = sizes
    const wide = given.bias.length
    const shapes: Record<Operand, number[]> = {
      x: [batch, steps, channels],
      kernel: [channels, wide],
      recurrent: [units, wide],
      bias: [wide],
    }
    const names = Object.keys(shapes) as Operand[]
    tf.tidy(() => {
      const operands = names.map(name => tf.tensor([...given[name]], shapes[name]))
      const run = (...[x, kernel, recurrent, bias]: tf.Tensor[]): tf.Tensor =>
        recur(x!, { kernel: kernel!, recurrent: recurrent!, bias }, options)
      const output = run(...operands)
      const near = (what: string, got: tf.Tensor, want: readonly number[]): void => {
        const off = difference(got.dataSync(), want)
        assert.ok(off < 1e-6, `${what} is off by ${off}`)
      }
      near('y', output, y)
      const found = tf.grads(run)(operands, tf.tensor([...dy], output.shape))
      found.forEach((gradient, i) => near(`the gradient of ${names[i]!}`, gradient, gradients[names[i]!]))
    })
  })
