import fc from 'fast-check'
import { arrayDifference } from '../../src/judge/array-difference.js'
import { assert, suite } from '../suite.js'

const test = suite('how arrays differ')

const floats = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 24 })

test('an array does not differ from itself, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.float(), { maxLength: 24 }), values => {
      assert.is(arrayDifference('x', [values.length], values, values.slice()), undefined)
    }),
  )
})

test('what was moved is counted, and the furthest is found where it stands', () => {
  fc.assert(
    fc.property(floats, fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }), (values, moved) => {
      const finite = values.map(value => (Number.isFinite(value) ? Math.max(-1e6, Math.min(1e6, value)) : 0))
      const is = finite.map((value, at) => (moved[at] ? value + 1 + at : value))
      const found = arrayDifference('x', [finite.length], finite, is)
      const expected = moved.slice(0, finite.length).filter(Boolean).length
      assert.is(found?.differing ?? 0, expected)
      if (!found) return
      const furthest = moved.slice(0, finite.length).lastIndexOf(true)
      assert.ok(Math.abs(found.greatest - (1 + furthest)) < 1e-6)
      assert.equal(found.at.index, [furthest])
    }),
  )
})

test('the place is told row by row, and what is not a number is infinitely far', () => {
  const was = [0, 1, 2, 3, 4, 5]
  const found = arrayDifference('x', [2, 3], was, [0, 1, 2, 3, 4.5, 5])!
  assert.equal([found.at.index, found.greatest, found.relative], [[1, 1], 0.5, 0.5 / 5])
  const broken = arrayDifference('x', [6], was, [0, NaN, 2, 3, 4, 5])!
  assert.equal([broken.greatest, broken.relative, broken.at.index], [Infinity, Infinity, [1]])
  const signs = arrayDifference('x', [1], [0], [-0])!
  assert.equal([signs.differing, signs.greatest], [1, 0])
})
