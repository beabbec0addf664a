import { assert, suite } from '../suite.js'
import { became, models, project, recordOf, verdicts } from './choice-rig.js'

const test = suite('when')

test('when: true runs a step, false skips it and what hangs on it, and its metrics make further whens false', async () => {
  const { record } = await project().run(
    models(`  yes: {kind: shift, model: base, when: ptq.accuracy >= base.accuracy - params.budget}
  no: {kind: shift, model: base, when: "ptq.accuracy > qat.accuracy"}
  after: {kind: shift, model: no}
  waits: {kind: shift, model: base, needs: [no]}
  list: {kind: gauge, models: [yes, no]}
  all: {kind: collect, models: [yes, no]}
  none: {kind: collect, models: [no, after]}
  late: {kind: shift, model: base, when: no.accuracy > 0 || true}
  absent: {kind: shift, model: base, when: no.accuracy < 2}
  params: {kind: shift, model: base, when: params.budget > 1}
`)
      .replace('  list:', '  each:')
      .replace('  params: {kind', '  given: {kind'),
  )
  // Two that do the same work share it.
  const states = Object.fromEntries(
    Object.entries(became(record)).map(([id, how]) => [id, how.replace(/^(finished|reused)$/, 'there')]),
  )
  assert.equal(states, {
    base: 'there',
    ptq: 'there',
    qat: 'there',
    'scores[base]': 'there',
    'scores[ptq]': 'there',
    'scores[qat]': 'there',
    yes: 'there',
    no: 'skipped: 0.87 > 0.89 is false',
    after: 'skipped: takes from "no", which is skipped',
    waits: 'skipped: needs "no", which is skipped',
    'each[yes]': 'there',
    'each[no]': 'skipped: takes from "no", which is skipped',
    all: 'there',
    none: 'skipped: all that its models lists is skipped',
    late: 'there',
    absent: 'skipped: no.accuracy has no value',
    given: 'skipped: 0.05 > 1 is false',
  })
  assert.is(recordOf(record, 'all').output?.metrics?.['test']?.['models'], 1)
  assert.is(record.outcome, 'passed')
})

test('when reads validation, gates read test; what was decided once is decided the same from the store', async () => {
  const own = project()
  const text = models(`  more: {kind: shift, model: qat, when: qat.accuracy > 0.85}
  told: {kind: gauge, models: [more]}
gates:
  by-test: {check: more.accuracy < 0.85}
  by-validation: {check: more.validation.accuracy > 0.85}
`)
  const first = await own.run(text)
  assert.equal(verdicts(first.record), {
    'by-test': 'pass: 0.79 < 0.85',
    'by-validation': 'pass: 0.89 > 0.85',
  })
  const again = await own.run(text)
  assert.equal(new Set(Object.values(became(again.record))), new Set(['reused']))
})

test('plan says what a condition waits for, and decides once its metrics are there', async () => {
  const own = project()
  const text = models('  more: {kind: shift, model: base, when: ptq.accuracy > 0.5 && qat.accuracy < 0.5}\n')
  const status = async () => (await own.plan(text)).plan!.instances.find(({ id }) => id === 'more')!.status
  const before = await status()
  assert.equal(before.type === 'pending' && before.waitsFor, ['scores[ptq]', 'scores[qat]', 'base'])
  await own.run(text, { only: ['scores'] })
  assert.equal(await status(), { type: 'skipped', why: '0.87 > 0.5 && 0.89 < 0.5 is false' })
})

test('a step that failed is no skipped one: what reads or lists it does not run', async () => {
  const { record } = await project().run(
    `steps:
  bad: {kind: given, accuracy: 0.5, fails: true}
  good: {kind: given, accuracy: 0.5}
  scores: {kind: gauge, models: [bad, good]}
  more: {kind: shift, model: good, when: bad.accuracy < 1}
  best: {kind: select, from: [bad, good], otherwise: good}
gates:
  all: {check: good.accuracy > 0}
`,
    { keepGoing: true },
  )
  const states = became(record)
  assert.match(states['bad']!, /^failed: /)
  assert.is(states['scores[good]'], 'finished')
  assert.is(states['more'], 'skipped: needs "scores[bad]", which was skipped')
  assert.is(states['best'], 'skipped: needs "bad", which failed')
  assert.is(record.outcome, 'step-failed')
})

test('gates over lists: of nothing, of what failed and of what was not asked for there is no verdict', async () => {
  const text = (gate: string): string => `params: {on: true}
steps:
  small: {kind: given, matrix: {size: [100, 200]}, size: "\${{ matrix.size }}", accuracy: 0.9, fails: "\${{ !params.on && matrix.size == 200 }}"}
  none: {kind: shift, model: small, when: small.accuracy > 1}
  some: {kind: shift, model: small, when: matrix.size > 100}
  scores: {kind: gauge, models: [small, none, some]}
gates:
  g: {check: "${gate}"}
`
  const own = project()
  const found = async (gate: string, more = {}): Promise<string> =>
    verdicts((await own.run(text(gate), { keepGoing: true, ...more })).record)['g']!
  assert.match(
    await found('none.all(i, i.accuracy > 0.99)'),
    /^inconclusive: none has no value: "none\[size=100\]" was skipped/,
  )
  assert.is(
    await found('some.all(i, i.accuracy > 0.5)'),
    'pass: some.all(i, i.accuracy > 0.5); some.accuracy: 0.8',
  )
  assert.is(
    await found('small.all(i, i.accuracy > 0.5)', { only: ['scores[small[size=100]]'] }),
    'skipped: "small[size=200]" is not part of this run',
  )
  assert.is(
    await found('small.all(i, i.accuracy > 0.5)', { only: ['small'] }),
    'skipped: small.accuracy has no value: it was not measured',
  )
  assert.is(
    await found('small.all(i, i.accuracy > 0.5)', { set: { on: 'false' } }),
    'inconclusive: "small[size=200]" failed',
  )
})
