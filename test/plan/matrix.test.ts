import { assert, suite } from '../suite.js'
import { clean, from, idsOf } from './matrix-rig.js'
import { bench, finish, instanceOf } from './rig.js'

const test = suite('plan matrix')

test('one instance a combination, named by its axes in the order of their names, with its own config', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  changed:
    kind: change
    model: base
    matrix: {z: [1, 2.50], a: [x, y]}
    by: \${{ matrix.z * 2 }}
    text: "\${{ matrix.a }}"
`)
  assert.equal(idsOf(made), [
    'base',
    'changed[a=x,z=1]',
    'changed[a=x,z=2.5]',
    'changed[a=y,z=1]',
    'changed[a=y,z=2.5]',
  ])
  assert.equal(instanceOf(made, 'changed[a=y,z=2.5]').config, { by: 5, text: 'y' })
})

test('a single port fans out, each instance fed by its twin; a list port gathers all', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2, 3]}, by: "\${{ matrix.by }}"}
  half: {kind: halve, model: small}
  scores: {kind: measure, models: [base, half], reference: base}
  all: {kind: gather, models: [half, base], metrics: [scores]}
`)
  for (const by of [1, 2, 3]) assert.equal(from(made, `half[by=${by}]`), { model: [`small[by=${by}]`] })
  assert.equal(from(made, 'all')['models'], ['half[by=1]', 'half[by=2]', 'half[by=3]', 'base'])
  assert.equal(from(made, 'all')['metrics'], [
    'scores[base]',
    'scores[half[by=1]]',
    'scores[half[by=2]]',
    'scores[half[by=3]]',
  ])
  assert.is(instanceOf(made, 'scores[half[by=2]]').about, 'half[by=2]')
})

test('a step that carries the axes takes the twins of its lists too', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2]}, by: "\${{ matrix.by }}"}
  half: {kind: halve, model: small}
  scores: {kind: measure, models: [half, base], reference: small}
`)
  assert.equal(idsOf(made).slice(-4), [
    'scores[half,by=1]',
    'scores[base,by=1]',
    'scores[half,by=2]',
    'scores[base,by=2]',
  ])
  assert.equal(from(made, 'scores[half,by=2]'), { models: ['half[by=2]'], reference: ['small[by=2]'] })
})

test('a pinned port takes one instance, or those that the pins leave open', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2], text: [a, b]}, by: "\${{ matrix.by }}", text: "\${{ matrix.text }}"}
  one: {kind: halve, model: "small[text=b,by=2]"}
  some: {kind: halve, model: "small[by=2.0]"}
  many: {kind: gather, models: ["small[text=a]", base]}
  waits: {kind: halve, model: base, needs: ["small[by=1,text=a]"]}
  twin: {kind: change, model: small, needs: [some]}
`)
  assert.equal(from(made, 'one'), { model: ['small[by=2,text=b]'] })
  assert.equal(
    idsOf(made).filter(id => id.startsWith('some')),
    ['some[text=a]', 'some[text=b]'],
  )
  assert.equal(from(made, 'some[text=b]'), { model: ['small[by=2,text=b]'] })
  assert.equal(from(made, 'many')['models'], ['small[by=1,text=a]', 'small[by=2,text=a]', 'base'])
  assert.equal(instanceOf(made, 'waits').needs, ['small[by=1,text=a]'])
  assert.equal(instanceOf(made, 'twin[by=1,text=b]').needs, ['some[text=b]'])
})

test('two ports join on axes of the same step, and multiply where they have different ones', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2]}, by: "\${{ matrix.by }}"}
  left: {kind: halve, model: small}
  right: {kind: change, model: small, matrix: {text: [a, b]}, text: "\${{ matrix.text }}"}
  both: {kind: change, model: left, other: right}
  apart: {kind: change, model: base, matrix: {how: [p, q]}}
  more: {kind: change, model: small, other: apart}
`)
  assert.equal(
    idsOf(made).filter(id => id.startsWith('both')),
    ['both[by=1,text=a]', 'both[by=1,text=b]', 'both[by=2,text=a]', 'both[by=2,text=b]'],
  )
  assert.equal(from(made, 'both[by=2,text=a]'), { model: ['left[by=2]'], other: ['right[by=2,text=a]'] })
  assert.equal(
    idsOf(made).filter(id => id.startsWith('more')),
    ['more[by=1,how=p]', 'more[by=1,how=q]', 'more[by=2,how=p]', 'more[by=2,how=q]'],
  )
})

test('axes with structured values have names; include and exclude shape the product', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small:
    kind: change
    model: base
    matrix:
      how: {wide: {units: [1, 2]}, deep: {units: [3]}}
      by: [1, 2]
      exclude: [{how: wide, by: 2}]
      include: [{how: deep, by: 9}]
    how: \${{ matrix.how }}
    by: \${{ matrix.by }}
`)
  assert.equal(idsOf(made).slice(1), [
    'small[by=1,how=deep]',
    'small[by=1,how=wide]',
    'small[by=2,how=deep]',
    'small[by=9,how=deep]',
  ])
  assert.equal(instanceOf(made, 'small[by=9,how=deep]').config, { how: { units: [3] }, by: 9 })
})

test('instances share the seed of their step; an axis named seed replaces it, for followers too', async () => {
  const made = await clean(`seed: 5
steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2]}, by: "\${{ matrix.by }}"}
  runs: {kind: change, model: base, matrix: {seed: [5, 6]}}
  after: {kind: change, model: runs}
  alone: {kind: change, model: base}
`)
  const seed = (id: string): number => instanceOf(made, id).seed
  assert.is(seed('small[by=1]'), seed('small[by=2]'))
  assert.equal([seed('runs[seed=5]'), seed('runs[seed=6]')], [5, 6])
  assert.is.not(seed('after[seed=5]'), seed('after[seed=6]'))
  assert.is.not(seed('alone'), seed('after[seed=6]'))
})

test('names of instances are not in keys: the same work under other names has the same key', async () => {
  const keyOf = async (text: string, id: string): Promise<string> => {
    const { status } = instanceOf(await clean(text), id)
    if (status.type !== 'miss') throw new Error(status.type)
    return status.key
  }
  const one = await keyOf('steps:\n  base: {kind: make, size: 8, seed: 1}\n', 'base')
  const axis = await keyOf(
    'steps:\n  base: {kind: make, matrix: {size: [4, 8]}, size: "${{ matrix.size }}", seed: 1}\n',
    'base[size=8]',
  )
  const renamed = await keyOf(
    'steps:\n  base: {kind: make, matrix: {width: {eight: 8}}, size: "${{ matrix.width }}", seed: 1}\n',
    'base[width=eight]',
  )
  assert.equal([axis, renamed], [one, one])
})

test('a further value, or an axis below, leaves the keys of all others as they were', async () => {
  const own = await bench()
  const text = (values: string, more = ''): string => `steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [${values}]}, by: "\${{ matrix.by }}"}
  half: {kind: halve, model: small}${more}
`
  for (const id of ['base', 'small[by=1]', 'half[by=1]']) await finish(own, await own.plan(text('1')), id)
  const more = await own.plan(text('1, 2', '\n  deep: {kind: change, model: half, matrix: {how: [a, b]}}'))
  assert.equal(
    more.instances.filter(({ status }) => status.type === 'hit').map(({ id }) => id),
    ['base', 'small[by=1]', 'half[by=1]'],
  )
})
