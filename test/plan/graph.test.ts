import fc from 'fast-check'
import { instanceName } from '../../src/core/instance-name.js'
import { topological } from '../../src/core/order.js'
import { assert, suite } from '../suite.js'
import { bench, instanceOf } from './rig.js'

const test = suite('plan graph')

const edges = (inputs: Readonly<Record<string, readonly { instance: string; output: string }[]>>) =>
  Object.fromEntries(
    Object.entries(inputs).map(([port, list]) => [port, list.map(each => `${each.instance}.${each.output}`)]),
  )

test('steps become instances with typed edges; a measuring step has one for each model', async () => {
  const { plan } = await bench({ 'data.txt': 'x' })
  const made = await plan(`steps:
  data: {kind: source, file: data.txt}
  base: {kind: make, size: 8, data: data}
  small: {kind: halve, model: base}
  scores: {kind: measure, models: [base, small.model], data: data, reference: base}
  report: {kind: gather, metrics: [scores], files: [small.notes], needs: [base]}
`)
  assert.equal(made.problems, [])
  assert.equal(
    made.instances.map(({ id }) => id),
    ['data', 'base', 'small', 'scores[base]', 'scores[small.model]', 'report'],
  )
  const scores = instanceOf(made, 'scores[small.model]')
  assert.equal(edges(scores.inputs), {
    models: ['small.model'],
    data: ['data.data'],
    reference: ['base.model'],
  })
  assert.is(scores.about, 'small')
  assert.is(scores.step, 'scores')
  const report = instanceOf(made, 'report')
  assert.equal(edges(report.inputs), {
    metrics: ['scores[base].metrics', 'scores[small.model].metrics'],
    files: ['small.notes'],
  })
  assert.equal(report.needs, ['base'])
  assert.is(instanceOf(made, 'base').about, undefined)
})

test('a single port cannot take a step of several instances, and takes one of one', async () => {
  const text = (models: string): string => `steps:
  base: {kind: make, size: 8}
  other: {kind: make, size: 8}
  scores: {kind: measure, models: [${models}]}
  report: {kind: gather, only: scores}
`
  const { plan } = await bench()
  const several = await plan(text('base, other'))
  assert.equal(
    several.problems.map(each => [each.code, each.at?.line, each.at?.column]),
    [['several-instances', 6, 32]],
  )
  assert.match(several.problems[0]!.message, /scores\[base\], scores\[other\]/)
  assert.match(several.problems[0]!.frame ?? '', /\^\^\^\^\^\^/)
  const one = await plan(text('base'))
  assert.equal(one.problems, [])
  assert.equal(edges(instanceOf(one, 'report').inputs), { only: ['scores[base].metrics'] })
})

test('names of instances: the member first, then axes in the order of their names', () => {
  assert.is(instanceName('a'), 'a')
  assert.is(instanceName('scores', { member: 'int8' }), 'scores[int8]')
  assert.is(instanceName('p', { axes: { sparsity: 0.5, norm: 'l1' } }), 'p[norm=l1,sparsity=0.5]')
  assert.is(instanceName('s', { member: 'p', axes: { z: true } }), 's[p,z=true]')
})

/** A random acyclic graph: each item may wait for earlier ones; given in another order. */
const shuffled = fc
  .tuple(
    fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 25 }),
    fc.infiniteStream(fc.nat()),
  )
  .map(([waits, keys]) => {
    const items = waits.map((after, at) => ({
      id: `s${at}`,
      after: after.filter(each => each < at).map(each => `s${each}`),
    }))
    return items
      .map(item => ({ item, key: keys.next().value }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item)
  })

test('every step follows what it needs, and of two that could come next the first as written comes first', () => {
  fc.assert(
    fc.property(shuffled, items => {
      const sorted = topological(items)
      assert.is(sorted.length, items.length)
      const written = new Map(items.map(({ id }, at) => [id, at]))
      const done = new Set<string>()
      for (const item of sorted) {
        const free = items.filter(({ id, after }) => !done.has(id) && after.every(each => done.has(each)))
        assert.is(item.id, free.sort((a, b) => written.get(a.id)! - written.get(b.id)!)[0]!.id)
        done.add(item.id)
      }
    }),
  )
})

test('what waits for itself is a bug by then, and names nobody has are ignored', () => {
  assert.throws(
    () =>
      topological([
        { id: 'a', after: ['b'] },
        { id: 'b', after: ['a'] },
      ]),
    /waiting for themselves: a, b/,
  )
  assert.equal(
    topological([{ id: 'a', after: ['gone'] }]).map(({ id }) => id),
    ['a'],
  )
})

test('a chain of 20,000 in reverse is ordered at once', () => {
  const items = Array.from({ length: 20_000 }, (_, at) => ({ id: `${at}`, after: [`${at + 1}`] }))
  assert.is(topological(items)[0]!.id, '19999')
})

test('a shuffled recipe plans the same', async () => {
  const { plan } = await bench({ 'data.txt': 'x' })
  const steps = [
    '  data: {kind: source, file: data.txt}',
    '  base: {kind: make, size: 8, data: data}',
    '  small: {kind: halve, model: base}',
    '  tiny: {kind: halve, model: small}',
    '  scores: {kind: measure, models: [tiny, base], data: data, reference: base}',
    '  report: {kind: gather, metrics: [scores], models: [small, base]}',
  ]
  const summary = async (order: readonly string[]) => {
    const made = await plan(`seed: 3\nsteps:\n${order.join('\n')}\n`)
    assert.equal(made.problems, [])
    return [...made.instances]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, inputs, identity, seed, outputs, status, about }) => ({
        id,
        inputs,
        identity,
        seed,
        outputs,
        status,
        about,
      }))
  }
  const wanted = await summary(steps)
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(steps, { minLength: steps.length }), async order => {
      assert.equal(await summary(order), wanted)
    }),
    { numRuns: 25 },
  )
})

test('--only keeps what is named, by step or instance, and what that needs', async () => {
  const { plan } = await bench()
  const text = `steps:
  base: {kind: make, size: 8}
  other: {kind: make, size: 6}
  small: {kind: halve, model: base, needs: [other]}
  scores: {kind: measure, models: [base, other]}
  report: {kind: gather, models: [base]}
`
  const ids = async (...only: string[]) => (await plan(text, { only })).instances.map(({ id }) => id)
  assert.equal(await ids('report'), ['base', 'report'])
  assert.equal(await ids('small'), ['base', 'other', 'small'])
  assert.equal(await ids('scores[other]'), ['other', 'scores[other]'])
  assert.equal(await ids('scores'), ['base', 'other', 'scores[base]', 'scores[other]'])
  const wrong = await plan(text, { only: ['smal', 'base'] })
  assert.equal(
    wrong.problems.map(({ code, hint }) => [code, hint]),
    [['unknown-step', 'Did you mean "small"?']],
  )
})
