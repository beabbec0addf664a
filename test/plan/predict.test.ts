import { assert, suite } from '../suite.js'
import { bench, finish, instanceOf, told } from './rig.js'

const test = suite('plan predictions')

const planned = async (text: string, files = {}) => {
  const { plan } = await bench(files)
  const made = await plan(text)
  return { made, told: told(made.problems, text) }
}

const parametersOf = (made: Awaited<ReturnType<typeof planned>>['made'], id: string): unknown => {
  const description = instanceOf(made, id).outputs['model']
  return description?.type === 'model' ? description.parameters : undefined
}

test('every model is described before anything runs, along the graph', async () => {
  const { made } = await planned(`steps:
  tiny: {kind: halve, model: small}
  small: {kind: halve, model: base}
  base: {kind: make, size: 8}
`)
  assert.equal(
    ['base', 'small', 'tiny'].map(id => parametersOf(made, id)),
    [{ exact: 8 }, { exact: 4 }, { exact: 2 }],
  )
  assert.equal(instanceOf(made, 'small').outputs['notes'], { type: 'file' })
})

test('a fault stands at its value, once, and what hangs on it says nothing', async () => {
  const text = `steps:
  base: {kind: make, size: 5000}
  small: {kind: halve, model: base}
  odd: {kind: make, size: 7}
  half: {kind: halve, model: odd}
  quarter: {kind: halve, model: half}
  scores: {kind: measure, models: [base, odd, quarter]}
`
  const { made, told } = await planned(text)
  assert.equal(told, ['too-large 3:28 5000', 'odd 6:30 odd'])
  assert.equal(
    made.problems.map(({ message }) => message),
    ['5000 weights', '7 weights have no half'],
  )
  assert.is(parametersOf(made, 'small'), undefined)
})

test('what a poisoned step would have made is missed by nobody', async () => {
  const text = `steps:
  base: {kind: make, size: many}
  other: {kind: mkae, size: 4}
  small: {kind: halve, model: base}
  tiny: {kind: halve, model: other}
  scores: {kind: measure, models: [base, tiny, small]}
gates:
  a: {check: base.accuracy > tiny.accuracy && small.bytes > 3}
`
  const { made, told } = await planned(text)
  assert.equal(told, ['wrong-type 3:28 many', 'unknown-kind 4:17 mkae'])
  assert.ok(made.instances.every(({ status }) => status.type === 'pending'))
})

test('a result that is there is described as it is', async () => {
  const setup = await bench()
  const text = 'steps: {base: {kind: make, size: 8}, small: {kind: halve, model: base}}'
  await finish(setup, await setup.plan(text), 'base')
  const made = await setup.plan(text)
  assert.is(instanceOf(made, 'base').status.type, 'hit')
  assert.equal(parametersOf(made, 'base'), { exact: 8 })
  assert.equal(parametersOf(made, 'small'), { exact: 4 })
})

test('an engine that is not there is said once for the recipe, and at each step that asks for it', async () => {
  const one = await planned('engine: native\nsteps: {a: {kind: make, size: 8}, b: {kind: make, size: 8}}')
  assert.equal(one.told, ['engine-missing'])
  const text = `steps:
  a: {kind: make, size: 8, engine: native}
  b: {kind: make, size: 8, engine: native}
  c: {kind: make, size: 8}
  d: {kind: gather, engine: native}
`
  const several = await planned(text)
  assert.equal(several.told, ['engine-missing 3:36 native', 'engine-missing 4:36 native'])
  const none = await planned('engine: native\nsteps: {a: {kind: gather}}')
  assert.equal(none.told, [])
})

test('a fault of several instances is said once', async () => {
  const text = `steps:
  data: {kind: source, file: gone.txt}
  a: {kind: make, size: 8, data: data}
`
  const { told } = await planned(text)
  assert.equal(told, ['file-missing 3:30 gone.txt'])
})
