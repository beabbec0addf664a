import { digestOf } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import { drawDigits } from '../../src/data/digits.js'
import { assert, suite } from '../suite.js'

const test = suite('data/digits')

const draw = (count: number, difficulty = 1, name = 'source') =>
  drawDigits(count, difficulty, stream(7, 'digits', name))

test('a seed gives the same bytes on every machine', () => {
  const { features, labels } = draw(300)
  assert.is(digestOf(features), 'sha256:795381349449e828f130d63f9853685e05c51a4e0b8b7bbfb483fcd1e6965b2b')
  assert.equal([...labels.subarray(0, 12)], [0, 5, 5, 0, 7, 4, 3, 7, 2, 8, 4, 9])
})

test('more digits keep the first ones, another stream gives others', () => {
  const few = draw(20)
  const more = draw(50)
  assert.equal(more.features.subarray(0, 20 * 784), few.features)
  assert.equal(more.labels.subarray(0, 20), few.labels)
  assert.not.equal(draw(20, 1, 'test').features, few.features)
})

test('all ten classes occur, each digit has ink and paper, no two are alike', () => {
  const { features, labels } = draw(1000)
  const counts = new Array<number>(10).fill(0)
  const seen = new Set<string>()
  labels.forEach((label, i) => {
    counts[label]!++
    const digit = features.subarray(i * 784, (i + 1) * 784)
    assert.ok(
      digit.some(value => value > 150),
      `digit ${i} has ink`,
    )
    assert.ok(digit.filter(value => value < 40).length > 392, `digit ${i} has paper`)
    seen.add(digestOf(digit))
  })
  assert.is(seen.size, 1000)
  for (const count of counts) assert.ok(count > 60 && count < 145, counts.join(' '))
})

test('without difficulty the digits of one way of writing differ in pen and blur alone', () => {
  const { features, labels } = draw(400, 0)
  const ones = [...labels.keys()].filter(i => labels[i] === 1)
  const inked = ones.map(i =>
    features.subarray(i * 784, (i + 1) * 784).reduce((count, value) => count + (value > 127 ? 1 : 0), 0),
  )
  assert.ok(new Set(inked).size <= 12, `${new Set(inked).size} amounts of ink`)
})

/** The nearest mean of the training digits: what a dumb classifier gets. */
test('the digits are neither trivial nor noise to a nearest-mean classifier', () => {
  const train = draw(2000)
  const means = Array.from({ length: 10 }, () => new Float64Array(784))
  const counts = new Array<number>(10).fill(0)
  train.labels.forEach((label, i) => {
    counts[label]!++
    for (let p = 0; p < 784; p++) means[label]![p]! += train.features[i * 784 + p]!
  })
  means.forEach((mean, label) => mean.forEach((sum, p) => (mean[p] = sum / counts[label]!)))
  const test = draw(500, 1, 'test')
  let right = 0
  test.labels.forEach((label, i) => {
    let best = 0
    let least = Infinity
    means.forEach((mean, each) => {
      let distance = 0
      for (let p = 0; p < 784; p++) distance += (mean[p]! - test.features[i * 784 + p]!) ** 2
      if (distance < least) {
        least = distance
        best = each
      }
    })
    if (best === label) right++
  })
  assert.ok(right > 300 && right < 450, `${right} of 500`)
})
