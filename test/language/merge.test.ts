import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { mergeLayers } from '../../src/language/merge.js'
import { plainOf, type MapNode } from '../../src/language/node.js'
import { createReporter } from '../../src/language/reporter.js'
import { sourceFile } from '../../src/language/source-file.js'
import { readYaml } from '../../src/language/yaml-document.js'
import { assert, suite } from '../suite.js'

const test = suite('layers of a recipe')

type Plain = { readonly [key: string]: unknown }

/** A text as the top level of a recipe; `resources` has no schema of its own that would tell variants apart. */
const layer = (value: Plain, file: string): MapNode => {
  const reporter = createReporter()
  const node = readYaml(sourceFile(file, stringify({ resources: value })), reporter)
  assert.equal(reporter.problems(), [])
  return node as MapNode
}

const merged = (...layers: readonly Plain[]): unknown => {
  const nodes = layers.map((value, at) => layer(value, `/${at}.yml`))
  const whole = plainOf(mergeLayers(nodes, new Map(), createReporter())) as { resources: unknown }
  return whole.resources
}

const isMap = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same in plain words: later wins, maps merge, null removes. */
const expected = (base: Plain, over: Plain): Plain => {
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const before = result[key]
    if (value === null) delete result[key]
    else result[key] = isMap(before) && isMap(value) ? expected(before, value) : value
  }
  return result
}

const key = fc.constantFrom('a', 'b', 'c', 'd')
const tree = (leaf: fc.Arbitrary<unknown>): fc.Arbitrary<Plain> =>
  fc.letrec<{ map: Plain; value: unknown }>(tie => ({
    map: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(fc.integer(), { maxLength: 3 }), tie('map')),
  })).map

const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.constantFrom('x', 'y'))
const base = tree(scalar)
const over = tree(fc.oneof(scalar, fc.constant(null)))

/** A `null` inside of a map that is new, or of what is not there, is no removal: it is told of. */
const removesOnlyWhatIsThere = (under: Plain, above: Plain): boolean =>
  Object.entries(above).every(([name, value]) =>
    value === null
      ? Object.hasOwn(under, name)
      : !isMap(value) || (isMap(under[name]) ? removesOnlyWhatIsThere(under[name], value) : !hasNull(value)),
  )
const hasNull = (value: Plain): boolean =>
  Object.values(value).some(each => each === null || (isMap(each) && hasNull(each)))

test('maps merge, lists and scalars replace, null removes', () => {
  let compared = 0
  fc.assert(
    fc.property(base, over, (under, above) => {
      if (!removesOnlyWhatIsThere(under, above)) return
      compared++
      assert.equal(merged(under, above), expected(under, above))
    }),
    { numRuns: 1000 },
  )
  assert.ok(compared > 200, String(compared))
})

test('nothing over something, and something over itself, are the same', () => {
  fc.assert(
    fc.property(base, under => {
      assert.equal(merged(under, {}), under)
      assert.equal(merged(under, under), under)
    }),
    { numRuns: 300 },
  )
})

test('several layers are laid down one after the other', () => {
  fc.assert(
    fc.property(base, base, base, (a, b, c) => {
      assert.equal(merged(a, b, c), expected(expected(a, b), c))
    }),
    { numRuns: 300 },
  )
})
