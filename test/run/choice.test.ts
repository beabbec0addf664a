import { assert, suite } from '../suite.js'
import { became, chosen, models, project, recordOf, verdicts } from './choice-rig.js'

const test = suite('choice')

test('select takes the first, the least, the greatest, and the first of equals', async () => {
  const own = project()
  for (const [select, winner, why] of [
    ['from: [ptq, qat]', 'ptq', 'the first of 2 that will do'],
    ['from: [ptq, qat], where: it.accuracy > 0.88', 'qat', 'it alone will do'],
    ['from: [ptq, qat, base], minimize: it.bytes', 'ptq', 'ptq.bytes is 400, the least of 3'],
    ['from: [ptq, qat, base], maximize: it.accuracy', 'base', 'base.accuracy is 0.9, the greatest of 3'],
    [
      'from: [ptq, qat, base], where: it.accuracy >= base.accuracy - 0.02, minimize: it.bytes',
      'qat',
      'qat.bytes is 800, the least of 2',
    ],
    ['from: [qat, ptq], minimize: "1"', 'qat', '1 is 1, the least of 2'],
    [
      'from: [qat, ptq], maximize: "min(it.accuracy, 0.8)"',
      'qat',
      'min(qat.accuracy, 0.8) is 0.8, the greatest of 2',
    ],
    [
      'from: [ptq], where: it.accuracy > 0.88, otherwise: base',
      'base',
      'no candidate will do: ptq: 0.87 > 0.88 is false',
    ],
  ] as const) {
    const { record } = await own.run(models(`  best: {kind: select, ${select}}\n`))
    assert.is(chosen(record), winner, select)
    assert.is(recordOf(record, 'best').output?.record?.['why'], why)
    assert.equal(
      recordOf(record, 'best').output?.outputs['model'],
      recordOf(record, winner).output?.outputs['model'],
    )
  }
})

test('where none will do select fails, and says why of each; what it falls back on may be skipped', async () => {
  const own = project()
  const failed = await own.run(
    models('  best: {kind: select, from: [ptq, qat], where: it.accuracy > 0.95}\n'),
  )
  assert.is(
    became(failed.record)['best'],
    'failed: "best" can choose none of its candidates: ptq: 0.87 > 0.95 is false; qat: 0.89 > 0.95 is false',
  )
  assert.is(failed.record.outcome, 'step-failed')
  const skipped = await own.run(
    models(`  more: {kind: shift, model: base, when: false}
  best: {kind: select, from: [ptq], where: it.accuracy > 0.95, otherwise: more}
  fine: {kind: select, from: [ptq], otherwise: more}
`),
    { keepGoing: true },
  )
  assert.match(became(skipped.record)['best']!, /what it falls back on is skipped/)
  assert.is(chosen(skipped.record, 'fine'), 'ptq')
})

test('skipped candidates are none; where all are skipped select falls back, or is skipped itself', async () => {
  const { record } = await project().run(
    models(`  no: {kind: shift, model: base, when: false}
  best: {kind: select, from: [no, qat]}
  back: {kind: select, from: [no], otherwise: ptq}
  gone: {kind: select, from: [no]}
`),
  )
  assert.equal([chosen(record), chosen(record, 'back')], ['qat', 'ptq'])
  assert.is(became(record)['gone'], 'skipped: all that its from lists is skipped')
})

test('select over a matrix: candidates are its instances, with their axes and the metrics of the winner', async () => {
  const own = project()
  const text = `params: {loss: 0.05}
steps:
  base: {kind: given, accuracy: 0.9, size: 400}
  small:
    kind: given
    matrix: {size: [100, 200, 300]}
    size: \${{ matrix.size }}
    accuracy: \${{ matrix.size / 1000 + 0.6 }}
  scores: {kind: gauge, models: [base, small]}
  best:
    kind: select
    from: [small]
    where: it.accuracy >= base.accuracy - params.loss && it.matrix.size < 1000
    minimize: it.bytes
    otherwise: base
  after: {kind: shift, model: best, by: 0.05}
  told: {kind: gauge, models: [after]}
gates:
  name: {check: 'best.chosen == "small[size=300]"'}
  figures: {check: best.accuracy > 0.79 && best.bytes == 1200 && best.validation.accuracy > 0.89}
  gained: {check: after.accuracy > best.accuracy}
  all: {check: "small.all(i, i.accuracy > 0.5)"}
  some: {check: "small.exists(i, i.accuracy > 0.75 && i.matrix.size < 300)"}
  each: {each: small, check: small.accuracy > matrix.size / 1000}
  worst: {check: "min(small.map(i, i.accuracy)) > 0.75"}
`
  const { record } = await own.run(text)
  assert.is(chosen(record), 'small[size=300]')
  assert.equal(verdicts(record), {
    name: 'pass: "small[size=300]" == "small[size=300]"',
    figures: 'pass: 0.8 > 0.79 && 1200 == 1200 && 0.9 > 0.89',
    gained: 'pass: 0.85 > 0.8',
    all: 'pass: small.all(i, i.accuracy > 0.5); small.accuracy: 0.6, 0.7, 0.8',
    some: 'fail: small.exists(i, i.accuracy > 0.75 && i.matrix.size < 300); small.accuracy: 0.6, 0.7, 0.8; small.matrix.size: 100, 200, 300',
    'each[size=100]': 'pass: 0.6 > 100 / 1000',
    'each[size=200]': 'pass: 0.7 > 200 / 1000',
    'each[size=300]': 'pass: 0.8 > 300 / 1000',
    worst: 'fail: min(small.map(i, i.accuracy)) > 0.75; small.accuracy: 0.6, 0.7, 0.8',
  })
  const lax = await own.run(text, { set: { loss: '0.5' } })
  assert.is(chosen(lax.record), 'small[size=100]')
  // What did not change by the choice is not made again.
  assert.is(became(lax.record)['small[size=300]'], 'reused')
})

test('a choice may be among choices, and a when may read what was chosen', async () => {
  const { record } = await project().run(
    models(`  small: {kind: select, from: [ptq, qat], minimize: it.bytes}
  good: {kind: select, from: [qat, base], maximize: it.accuracy}
  best: {kind: select, from: [small, good], maximize: it.accuracy}
  more: {kind: shift, model: base, when: best.accuracy > 0.89 && best.chosen == "good"}
  less: {kind: shift, model: base, when: best.chosen == "small"}
gates:
  deep: {check: best.accuracy > 0.79 && good.chosen == "base"}
`),
  )
  assert.equal([chosen(record, 'small'), chosen(record, 'good'), chosen(record)], ['ptq', 'base', 'good'])
  assert.is(became(record)['more'], 'finished')
  assert.is(became(record)['less'], 'skipped: "good" == "small" is false')
  assert.equal(verdicts(record), { deep: 'pass: 0.8 > 0.79 && "base" == "base"' })
})

test('the fallback chain: each repair runs only where the one before was not enough', async () => {
  const chain = `params: {budget: 0.05}
steps:
  base: {kind: given, accuracy: 0.9, size: 400}
  ptq: {kind: given, accuracy: 0.87, size: 100}
  qat: {kind: shift, model: ptq, by: 0.02, when: ptq.accuracy < base.accuracy - params.budget}
  mixed: {kind: given, accuracy: 0.9, size: 300, when: qat.accuracy < base.accuracy - params.budget}
  scores: {kind: gauge, models: [base, ptq, qat, mixed]}
  best: {kind: select, from: [ptq, qat, mixed], where: it.accuracy >= base.accuracy - params.budget, minimize: it.bytes}
`
  const own = project()
  for (const [budget, winner, ran] of [
    ['0.05', 'ptq', ['ptq']],
    ['0.02', 'qat', ['ptq', 'qat']],
    ['0', 'mixed', ['ptq', 'qat', 'mixed']],
  ] as const) {
    const { record } = await own.run(chain, { set: { budget } })
    assert.is(chosen(record), winner)
    const there = record.instances.filter(({ status }) => status === 'finished' || status === 'reused')
    assert.equal(
      ['ptq', 'qat', 'mixed'].filter(id => there.some(({ instance }) => instance === id)),
      ran,
    )
  }
})

test('--sweep makes each choice once for each variant', async () => {
  const { record } = await project().run(
    models(`  best: {kind: select, from: [ptq, qat], where: it.accuracy >= base.accuracy - params.budget, minimize: it.bytes, otherwise: base}
gates:
  kept: {check: best.accuracy >= base.accuracy - params.budget}
`),
    { sweep: { budget: ['0', '0.02', '0.05'] } },
  )
  assert.equal(
    ['0', '0.02', '0.05'].map(budget => chosen(record, `best[budget=${budget}]`)),
    ['base', 'qat', 'ptq'],
  )
  assert.equal(Object.keys(verdicts(record)), ['kept[budget=0]', 'kept[budget=0.02]', 'kept[budget=0.05]'])
  assert.equal(record.asked.sweep, { budget: ['0', '0.02', '0.05'] })
  assert.is(record.instances.filter(({ step }) => step === 'ptq').length, 1)
})
