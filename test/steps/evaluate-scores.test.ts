import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { probabilities } from '../../src/steps/evaluate/run-answers.js'
import { Classification } from '../../src/steps/evaluate/run-classification.js'
import { Regression } from '../../src/steps/evaluate/run-regression.js'
import { assert, suite } from '../suite.js'

const test = suite('steps/evaluate-scores')

interface Scores {
  readonly [name: string]: unknown
}
const oracle = JSON.parse(
  readFileSync(join(packageFolder(), 'test/steps/fixtures/scores.json'), 'utf8'),
) as Scores
const list = (name: string): number[] => oracle[name] as number[]
const near = (actual: number | undefined, expected: number, name: string, by = 1e-9): void => {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= by,
    `${name}: ${actual}, expected ${expected}`,
  )
}

test('classification is measured as scikit-learn measures it, in any batches', () => {
  const classes = oracle['classes'] as number
  const labels = Int32Array.from(list('labels'))
  const shares = Float32Array.from(list('shares'))
  const other = Float32Array.from(list('other'))
  for (const size of [203, 64, 1]) {
    const scores = new Classification({ examples: labels.length, classes, topK: 3, compared: true })
    for (let at = 0; at < labels.length; at += size) {
      const rows = [at * classes, (at + size) * classes] as const
      scores.add(
        labels.subarray(at, at + size),
        probabilities(shares.subarray(...rows), classes, 'softmax'),
        probabilities(other.subarray(...rows), classes, 'softmax'),
      )
    }
    const { metrics, perClass, confusion, correct, correctTop, notFinite } = scores.report()
    for (const name of ['accuracy', 'top3', 'loss', 'precision', 'recall', 'f1', 'agreement', 'similarity'])
      near(metrics[name], oracle[name] as number, name)
    near(metrics['loss'], oracle['logLoss'] as number, 'log_loss of scikit-learn', 1e-6)
    assert.equal(confusion, oracle['confusion'])
    assert.is(notFinite, 0)
    for (const [i, expected] of (oracle['perClass'] as number[][]).entries())
      (['precision', 'recall', 'f1', 'support'] as const).forEach((name, at) =>
        near(perClass[i]![name], expected[at]!, `${name} of class ${i}`),
      )
    const bits = (packed: Uint8Array): number =>
      [...labels.keys()].filter(i => (packed[i >> 3]! >> (i & 7)) & 1).length / labels.length
    near(bits(correct), oracle['accuracy'] as number, 'bits')
    near(bits(correctTop!), oracle['top3'] as number, 'bits of top 3')
    assert.is(correct.length, Math.ceil(labels.length / 8))
  }
})

test('regression is measured as scikit-learn measures it, large means included', () => {
  const width = oracle['width'] as number
  const targets = Float32Array.from(list('targets'))
  const guesses = Float32Array.from(list('guesses'))
  const scores = new Regression(width, true)
  for (let at = 0; at < targets.length; at += 7 * width)
    scores.add(
      targets.subarray(at, at + 7 * width),
      guesses.subarray(at, at + 7 * width),
      targets.subarray(at, at + 7 * width),
    )
  const metrics = scores.metrics()
  for (const name of ['meanSquaredError', 'meanAbsoluteError', 'r2'])
    near(metrics[name], oracle[name] as number, name, 1e-8)
  near(metrics['loss'], oracle['meanSquaredError'] as number, 'loss', 1e-8)
  near(metrics['similarity'], width * (oracle['meanSquaredError'] as number), 'similarity', 1e-8)
  const constant = new Regression(1, false)
  constant.add(Float32Array.of(3, 3), Float32Array.of(3, 4))
  assert.equal(constant.metrics(), { loss: 0.5, meanSquaredError: 0.5, meanAbsoluteError: 0.5 })
})

test('ties go to the first class, and an answer that is no number is wrong', () => {
  const scores = new Classification({ examples: 4, classes: 3, topK: 2, compared: true })
  const output = Float32Array.of(0.4, 0.4, 0.2, 0.4, 0.4, 0.2, NaN, 0.5, 0.5, 0.2, 0.2, 0.6)
  const answers = probabilities(output, 3, 'softmax')
  scores.add(Int32Array.of(0, 1, 1, 1), answers, answers)
  const { metrics, notFinite, correct, correctTop, confusion } = scores.report()
  assert.is(metrics['accuracy'], 0.25)
  assert.is(metrics['top2'], 0.5)
  assert.is(metrics['loss'], undefined)
  assert.is(metrics['similarity'], undefined)
  assert.is(metrics['agreement'], 0.75)
  assert.is(notFinite, 1)
  assert.equal([...correct], [0b0001])
  assert.equal([...correctTop!], [0b0011])
  assert.equal(confusion, [
    [1, 0, 0],
    [1, 0, 1],
    [0, 0, 0],
  ])
})

test('outputs become probabilities by how a network ends', () => {
  const close = (actual: Float64Array, expected: number[]): void =>
    expected.forEach((value, i) => near(actual[i], value, `${i}`, 1e-7))
  close(probabilities(Float32Array.of(0.25, 0.75), 1, 'sigmoid').rows, [0.75, 0.25, 0.25, 0.75])
  close(probabilities(Float32Array.of(0, Math.log(3)), 1, 'other').rows, [0.5, 0.5, 0.25, 0.75])
  close(probabilities(Float32Array.of(1000, 1000), 2, 'other').rows, [0.5, 0.5])
  close(probabilities(Float32Array.of(0.9, 0.8), 2, 'sigmoid').rows, [0.9, 0.8])
})
