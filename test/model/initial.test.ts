import { stream } from '../../src/core/random.js'
import { initialModel } from '../../src/model/initial.js'
import { fans, fillWeight } from '../../src/model/initializers.js'
import { initializerNames } from '../../src/network/fields.js'
import { assert, suite } from '../suite.js'
import { networkOf } from './networks.js'

const test = suite('initial')

const draw = (name: string, shape: readonly number[]): Float32Array =>
  fillWeight(name, shape, stream(1, 'test', name))
const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length
const variance = (values: Float32Array): number => {
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length
}

test('every initializer of the catalogue is known', () => {
  for (const name of initializerNames) {
    const shape = name === 'unitForgetBias' ? [64] : [8, 8]
    assert.is(draw(name, shape).length, 64, name)
  }
  assert.throws(() => draw('glorot', [2]), /glorot/)
})

test('fans are counted as Keras counts them', () => {
  assert.equal(fans([]), { in: 1, out: 1 })
  assert.equal(fans([7]), { in: 7, out: 7 })
  assert.equal(fans([7, 5]), { in: 7, out: 5 })
  assert.equal(fans([3, 2, 7, 5]), { in: 42, out: 30 })
})

test('scaled laws have the variance, the limits and the mean that their papers give', () => {
  const shape = [3, 3, 40, 60]
  const [fanIn, fanOut] = [360, 540]
  const laws: [string, number, 'uniform' | 'normal'][] = [
    ['glorotUniform', 2 / (fanIn + fanOut), 'uniform'],
    ['glorotNormal', 2 / (fanIn + fanOut), 'normal'],
    ['heUniform', 2 / fanIn, 'uniform'],
    ['heNormal', 2 / fanIn, 'normal'],
    ['leCunUniform', 1 / fanIn, 'uniform'],
    ['leCunNormal', 1 / fanIn, 'normal'],
  ]
  for (const [name, expected, law] of laws) {
    const values = draw(name, shape)
    const limit = law === 'uniform' ? Math.sqrt(3 * expected) : (2 * Math.sqrt(expected)) / 0.8796
    assert.ok(
      Math.abs(variance(values) / expected - 1) < 0.03,
      `${name}: ${variance(values)} for ${expected}`,
    )
    assert.ok(Math.abs(mean(values)) < 4 * Math.sqrt(expected / values.length), name)
    const most = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    assert.ok(most <= limit * 1.0001 && most > 0.98 * limit, `${name}: ${most} for ${limit}`)
  }
  assert.ok(Math.abs(variance(draw('randomNormal', [100, 100])) - 0.0025) < 1e-4)
  assert.ok(Math.abs(variance(draw('randomUniform', [100, 100])) - 0.01 / 12) < 5e-5)
  assert.ok(draw('truncatedNormal', [100, 100]).every(value => Math.abs(value) <= 0.1))
})

test('orthogonal rows or columns are orthonormal, whichever are fewer', () => {
  for (const shape of [
    [6, 6],
    [4, 9],
    [2, 3, 5],
    [1, 4],
    [4, 1],
  ]) {
    const values = draw('orthogonal', shape)
    const columns = shape.at(-1)!
    const rows = values.length / columns
    const at = (row: number, column: number): number => values[row * columns + column]!
    const few = Math.min(rows, columns)
    for (let a = 0; a < few; a++)
      for (let b = 0; b < few; b++) {
        let dot = 0
        for (let k = 0; k < Math.max(rows, columns); k++)
          dot += rows >= columns ? at(k, a) * at(k, b) : at(a, k) * at(b, k)
        assert.ok(Math.abs(dot - (a === b ? 1 : 0)) < 1e-6, `${shape.join()}: ${dot}`)
      }
  }
})

test('fixed initializers', () => {
  assert.equal([...draw('identity', [2, 3])], [1, 0, 0, 0, 1, 0])
  assert.equal([...draw('unitForgetBias', [8])], [0, 0, 1, 1, 0, 0, 0, 0])
  assert.equal([...fillWeight({ constant: { value: 2.5 } }, [2], stream(1))], [2.5, 2.5])
  assert.equal([...draw('zeros', [0])], [])
})

test('a weight depends on the seed and its own name alone', () => {
  const dense = { dense: { units: 3, name: 'head' } }
  const alone = initialModel(networkOf([dense], [4]), 7)
  const after = initialModel(networkOf([{ dense: { units: 4 } }, dense], [9]), 7)
  const kernel = (model: typeof alone): unknown =>
    model.weights.find(({ name }) => name === 'head/kernel')!.data
  assert.equal(kernel(alone), kernel(after))
  assert.not.equal(kernel(alone), kernel(initialModel(networkOf([dense], [4]), 8)))
})
