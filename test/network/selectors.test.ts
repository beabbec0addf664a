import fc from 'fast-check'
import { resolveNetwork } from '../../src/network/architecture.js'
import { applyRules, matchLayers, selectLayers } from '../../src/network/selectors.js'
import { assert, suite } from '../suite.js'

const test = suite('selectors')

const { network } = resolveNetwork(
  {
    layers: [
      { conv2d: { filters: 1, kernelSize: 1 } },
      { conv2d: { filters: 1, kernelSize: 1, name: 'stem.conv' } },
      { conv2d: { filters: 1, kernelSize: 1 } },
      'flatten',
      { dense: { units: 1, name: `x${'a'.repeat(60)}` } },
    ],
  },
  [2, 2, 1],
)
const match = (selector: string | { type: string }) =>
  matchLayers(selector, network!).map(name => name.slice(0, 9))

test('by name, by pattern, by expression, by type', () => {
  assert.equal(match('conv2d_2'), ['conv2d_2'])
  assert.equal(match('conv*'), ['conv2d_1', 'conv2d_2'])
  assert.equal(match('*conv*'), ['conv2d_1', 'stem.conv', 'conv2d_2'])
  assert.equal(match('conv2d_?'), ['conv2d_1', 'conv2d_2'])
  assert.equal(match('*'), ['conv2d_1', 'stem.conv', 'conv2d_2', 'flatten_1', 'xaaaaaaaa'])
  assert.equal(match('stem?conv'), ['stem.conv'])
  assert.equal(match('/^conv.*[12]$/'), ['conv2d_1', 'conv2d_2'])
  assert.equal(match('/m\\.c/'), ['stem.conv'])
  assert.equal(match({ type: 'conv2d' }), ['conv2d_1', 'stem.conv', 'conv2d_2'])
  // A dot in a name is a dot, not any character.
  assert.equal(match('conv2d.1'), [])
})

test('patterns with stars match as the regular expression that they stand for', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 7 })
  fc.assert(
    fc.property(
      letters,
      fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 7 }),
      (pattern, name) => {
        const named = { ...network!, layers: [{ ...network!.layers[0]!, name: name.join('') }] }
        const source = pattern.map(each => (each === '*' ? '.*' : each === '?' ? '.' : each)).join('')
        assert.is(
          matchLayers(pattern.join(''), named).length === 1,
          new RegExp(`^${source}$`).test(name.join('')),
          `${pattern.join('')} ${name.join('')}`,
        )
      },
    ),
    { numRuns: 2000, seed: 1 },
  )
})

test('an expression that would backtrack without end takes no time, and one that RE2 does not have is said', () => {
  const before = performance.now()
  const long = resolveNetwork(
    { layers: ['flatten', { dense: { units: 2, name: `${'a'.repeat(60)}b` } }] },
    [4],
  )
  for (const pattern of ['/^(a+)+$/', '/^(a|a)*c$/', '/^(a|aa)+$/', '/(a*)*c/'])
    assert.is(selectLayers(pattern, long.network!).fault?.code, 'rule-matches-nothing', pattern)
  assert.equal(selectLayers('/^(a+)+b$/', long.network!).layers, [`${'a'.repeat(60)}b`])
  assert.ok(performance.now() - before < 2000)
  for (const pattern of ['/(/', '/(?=x)/', '/(x)\\1/', '/[/', '/x{1001}/'])
    assert.is(selectLayers(pattern, network!).fault?.code, 'wrong-pattern', pattern)
})

test('an expression sees names only, nothing of this process', () => {
  const { fault, layers } = selectLayers('/x", "u"); process.exit(3); ("/', network!)
  assert.equal(layers, [])
  assert.ok(fault)
})

test('the last rule that matches holds, and one that matches nothing names the nearest', () => {
  const rules = [
    { layers: 'conv*', share: 1 },
    { layers: 'conv2d_2', share: 2 },
    { layers: 'stem.con', share: 3 },
    { layers: { type: 'dens' }, share: 4 },
    { layers: 'conv', share: 5 },
  ]
  const { byLayer, faults } = applyRules(rules, network!)
  assert.equal(
    [...byLayer].map(([name, rule]) => [name, rule.share]),
    [
      ['conv2d_1', 1],
      ['conv2d_2', 2],
    ],
  )
  assert.equal(
    faults.map(({ code, path, hint }) => [code, path?.join('.'), hint]),
    [
      ['rule-matches-nothing', 'rules.2.layers', 'Did you mean "stem.conv"?'],
      ['rule-matches-nothing', 'rules.3.layers.type', 'Did you mean "dense"?'],
      ['rule-matches-nothing', 'rules.4.layers', 'Did you mean "conv2d_1" or "conv*"?'],
    ],
  )
  assert.equal([...applyRules(undefined, network!).byLayer], [])
})
