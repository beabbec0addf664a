import fc from 'fast-check'
import { stream } from '../../src/core/random.js'
import { divide } from '../../src/data/split.js'
import { splitNames } from '../../src/sources/description.js'
import { splitSizes } from '../../src/steps/dataset/split-sizes.js'
import { said } from '../sources/rig.js'
import { assert, suite } from '../suite.js'

const test = suite('data/split')

const labelled = fc.array(fc.nat(5), { minLength: 3, maxLength: 200 }).chain(labels =>
  fc.record({
    labels: fc.constant(Int32Array.from(labels)),
    validation: fc.integer({ min: 1, max: Math.floor(labels.length / 3) }),
    test: fc.integer({ min: 1, max: Math.floor(labels.length / 3) }),
    seed: fc.nat(),
  }),
)

test('splits have the sizes asked for, share nothing, keep the order, and every class in proportion', () => {
  fc.assert(
    fc.property(labelled, ({ labels, validation, test: last, seed }) => {
      const count = labels.length
      const sizes = { train: count - validation - last, validation, test: last }
      const parts = divide(count, sizes, stream(seed), labels)
      const all = splitNames.flatMap(name => [...parts[name]!])
      assert.is(new Set(all).size, count)
      for (const name of splitNames) {
        const rows = parts[name]!
        assert.is(rows.length, sizes[name])
        assert.equal(
          [...rows].sort((a, b) => a - b),
          [...rows],
        )
        for (let c = 0; c <= 5; c++) {
          const whole = labels.filter(label => label === c).length
          const part = rows.filter(row => labels[row] === c).length
          // The last split is rounded from the whole, the others from what is left: at most one more of rounding each.
          assert.ok(Math.abs(part - (whole * rows.length) / count) < 2 + 1e-9)
        }
      }
      assert.equal(divide(count, sizes, stream(seed), labels), parts)
    }),
    { seed: 3 },
  )
})

test('without labels it is a plain draw; splits that take not all leave the rest out', () => {
  const parts = divide(50, { train: 20, test: 5 }, stream(1))
  assert.is(parts.train!.length, 20)
  assert.is(parts.test!.length, 5)
  assert.is(parts.validation, undefined)
  assert.not.equal([...parts.test!], [45, 46, 47, 48, 49])
  assert.not.equal(divide(50, { test: 5 }, stream(2)), divide(50, { test: 5 }, stream(3)))
})

test('shares that add up to 1 use every example', () => {
  fc.assert(
    fc.property(fc.integer({ min: 30, max: 10_000 }), fc.integer({ min: 5, max: 90 }), (count, percent) => {
      const validation = (100 - percent) / 200
      const { sizes, faults } = splitSizes({ train: percent / 100, validation, test: validation }, count)
      if (faults.length > 0) return
      assert.is(sizes.train! + sizes.validation! + sizes.test!, count)
      assert.ok(Math.abs(sizes.train! - (percent * count) / 100) < 1 + 1e-6)
    }),
    { seed: 5 },
  )
  assert.equal(splitSizes({ train: 0.7, validation: 0.2, test: 0.1 }, 1000).sizes, {
    train: 700,
    validation: 200,
    test: 100,
  })
  assert.equal(splitSizes({ train: 0.9, validation: 0.1 }, 10000).sizes, { train: 9000, validation: 1000 })
  assert.equal(splitSizes({ train: 0.1 }, 105).sizes, { train: 11 })
  assert.equal(splitSizes({ train: 80, test: 20 }, 101).sizes, { train: 80, test: 20 })
})

test('what cannot be divided is said', () => {
  const faults = (split: object, examples = 100): string[] => said(splitSizes(split, examples).faults)
  assert.equal(faults({ train: 0.9, validation: 0.2 }), [
    'split-share at : the shares add up to 1.1, more than 1',
  ])
  assert.equal(faults({ train: 90, test: 20 }), [
    'split-count at : the splits take 110 examples, but there are 100',
  ])
  assert.equal(faults({ train: 90, test: 0.1 }), ['split-mixed at : shares and counts are mixed'])
  assert.equal(faults({ train: 1.5 }), ['split-count at train: 1.5 examples is no whole count'])
  assert.equal(faults({ train: 0.99, validation: 0.01 }, 20), [
    'split-empty at validation: split "validation" would be empty: 0.01 of 20 examples',
  ])
})
