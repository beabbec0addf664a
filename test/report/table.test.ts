import { count, percent, points, short, times } from '../../src/report/figures.js'
import { paintFor } from '../../src/report/paint.js'
import { table } from '../../src/report/table.js'
import { assert, suite } from '../suite.js'

const test = suite('table')
const plain = paintFor({ isTTY: false })

test('columns line up, numbers to the right, and empty columns are left out', () => {
  const lines = table(
    [{ title: 'model' }, { title: 'bytes', align: 'right' }, { title: 'unused' }],
    [
      ['base', '487 kB', ''],
      ['int8', '4 kB', ''],
    ],
    plain,
  )
  assert.equal(lines, ['model   bytes', 'base   487 kB', 'int8     4 kB'])
})

test('colour codes take no room', () => {
  const red = '\u001B[31mab\u001B[39m'
  const [, first, second] = table(
    [{ title: 'x' }, { title: 'y' }],
    [
      [red, '1'],
      ['abcd', '2'],
    ],
    plain,
  )
  assert.is(first, `${red}    1`)
  assert.is(second, 'abcd  2')
})

test('figures read as people write them', () => {
  assert.is(count(121_930), '121,930')
  assert.is(short(999), '999')
  assert.is(short(4_629_000), '4.63 M')
  assert.is(short(999_999), '1.00 M')
  assert.is(percent(0.97125), '97.13 %')
  assert.is(points(0.0031), '+0.31')
  assert.is(points(-0.01), '−1.00')
  assert.is(points(-0.000001), '±0.00')
  assert.is(times(1.837), '1.84×')
  assert.is(times(120.4), '120×')
})
