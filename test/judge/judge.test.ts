import type { Verdict } from '../../src/core/verdict.js'
import type { JudgedGate } from '../../src/judge/gate.js'
import { outcomeOf } from '../../src/judge/judge.js'
import type { InstanceRecord } from '../../src/store/run-record.js'
import { assert, suite } from '../suite.js'
import { answered, check, gateOf, model, nonInferior, pair, record, scores, timed, verdictOf } from './rig.js'

const test = suite('judge')

test('a check passes or fails with its figures; facts of models and splits have their names', async () => {
  const records = [
    model('base', 400),
    model('int8', 101, 100, 25),
    scores('base', { test: { accuracy: 0.98 }, validation: { accuracy: 0.99 }, model: { gzipBytes: 90 } }),
    scores('int8', { test: { accuracy: 0.9712 }, validation: { accuracy: 0.9 } }),
  ]
  const cases: [string, Verdict['status'], string][] = [
    ['int8.accuracy >= base.accuracy - 0.01', 'pass', '0.9712 >= 0.98 - 0.01'],
    ['int8.accuracy >= base.accuracy', 'fail', '0.9712 >= 0.98'],
    ['int8.validation.accuracy > 0.95', 'fail', '0.9 > 0.95'],
    ['int8.test.accuracy > 0.95', 'pass', '0.9712 > 0.95'],
    ['scores.int8.accuracy > 0.95', 'pass', '0.9712 > 0.95'],
    ['scores.base.validation.accuracy > 0.95', 'pass', '0.99 > 0.95'],
    ['int8.bytes * 4 <= base.bytes', 'fail', '101 * 4 <= 400'],
    [
      'int8.sparsity == 0.75 && int8.nonZero == 25 && int8.parameters == 100',
      'pass',
      '0.75 == 0.75 && 25 == 25 && 100 == 100',
    ],
    ['base.gzipBytes < 100', 'pass', '90 < 100'],
  ]
  for (const [text, status, found] of cases) {
    const verdict = await verdictOf(check(text), records)
    assert.equal([verdict.status, verdict.found, verdict.asked], [status, found, text])
  }
})

test('an absent figure is never a pass, and says why it is absent', async () => {
  const failed = (how: Partial<InstanceRecord>): InstanceRecord[] => [
    model('base', 1),
    { ...scores('base', {}), ...how },
  ]
  const text = 'base.accuracy > 0.5'
  const found = async (records: readonly InstanceRecord[]): Promise<string> => {
    const verdict = await verdictOf(check(text), records)
    assert.is(verdict.status, 'inconclusive')
    return verdict.found
  }
  assert.is(await found(failed({ status: 'failed' })), 'base.accuracy has no value: "scores[base]" failed')
  assert.match(
    await found(failed({ status: 'skipped', reason: 'needs "base"' })),
    /was skipped \(needs "base"\)/,
  )
  assert.match(await found(failed({})), /it was not measured/)
  const onlyValidation = [model('base', 1), scores('base', { validation: { accuracy: 0.9 } })]
  assert.match(await found(onlyValidation), /measured on validation only/)
  const verdict = await verdictOf(check(text), onlyValidation)
  assert.match(verdict.hint ?? '', /base\.validation\.accuracy/)
  const notFinite = [model('base', 1), scores('base', { test: { accuracy: Number.NaN } })]
  assert.match(await found(notFinite), /no value/)
  assert.is((await verdictOf(check('base.macs > 0'), [model('base', 1)])).status, 'inconclusive')
})

test('a figure that two steps measured stands under its long form alone', async () => {
  const records = [
    model('base', 1),
    scores('base', { test: { accuracy: 0.9 } }),
    scores('base', { test: { accuracy: 0.5, loss: 2 } }, 'other'),
  ]
  assert.is((await verdictOf(check('base.accuracy > 0'), records)).status, 'inconclusive')
  assert.is((await verdictOf(check('scores.base.accuracy > other.base.accuracy'), records)).status, 'pass')
  assert.is((await verdictOf(check('base.loss == 2.0'), records)).status, 'pass', 'measured by one')
})

test('what another step measured of a model outvotes what its own step said', async () => {
  const own = record('base', { output: { outputs: {}, metrics: { validation: { accuracy: 0.1, own: 3 } } } })
  const records = [own, scores('base', { validation: { accuracy: 0.9 } })]
  assert.is((await verdictOf(check('base.validation.accuracy > 0.8'), records)).status, 'pass')
  assert.is((await verdictOf(check('base.validation.own == 3.0'), records)).status, 'pass')
})

test('`when` skips where it is false, and is inconclusive where it has no value', async () => {
  const records = [model('base', 1), scores('base', { test: { accuracy: 0.9 } })]
  const skipped = await verdictOf(check('base.accuracy > 1', 'base.bytes > 5'), records)
  assert.equal([skipped.status, skipped.found], ['skipped', '1 > 5 is false'])
  assert.is((await verdictOf(check('base.accuracy > 1', 'base.bytes < 5'), records)).status, 'fail')
  assert.is((await verdictOf(check('base.accuracy > 0', 'base.loss < 5'), records)).status, 'inconclusive')
})

test('a run of some steps skips gates on what it left out, and a whole run does not', async () => {
  const records = [model('base', 1)]
  const faster = gateOf({ form: 'faster', candidate: 'int8', reference: 'base', by: 2, confidence: 0.95 })
  for (const gate of [check('base.accuracy > 0'), check('int8.accuracy > 0'), nonInferior(0.1), faster]) {
    assert.is((await verdictOf(gate, records, { partial: true })).status, 'skipped')
    assert.is((await verdictOf(gate, records)).status, 'inconclusive')
  }
  const failed = [...records, { ...scores('base', {}), status: 'failed' as const }]
  assert.is((await verdictOf(check('base.accuracy > 0'), failed, { partial: true })).status, 'inconclusive')
  assert.is((await verdictOf(check('base.bytes == 1.0'), records, { partial: true })).status, 'pass')
})

test('non-inferiority: shown, refuted, and neither', async () => {
  const cases: [readonly [number, number, number, number], number, Verdict['status']][] = [
    [[960, 10, 12, 18], 0.02, 'pass'],
    [[900, 5, 60, 35], 0.02, 'fail'],
    [[90, 1, 2, 7], 0.01, 'inconclusive'],
    [[1000, 0, 0, 0], 0, 'inconclusive'],
    [[1000, 0, 0, 0], 0.01, 'pass'],
    [[0, 0, 0, 1000], 0.01, 'pass'],
    [[0, 50, 0, 0], 0, 'pass'],
    [[0, 0, 50, 0], 0.5, 'fail'],
    [[1, 0, 0, 0], 0.5, 'inconclusive'],
    [[0, 1, 0, 0], 0.1, 'inconclusive'],
  ]
  for (const [counts, margin, status] of cases) {
    const verdict = await verdictOf(nonInferior(margin), await pair(...counts))
    assert.is(verdict.status, status, `${counts.join()} at ${margin}: ${verdict.found}`)
    assert.equal([verdict.figures?.['gained'], verdict.figures?.['lost']], [counts[1], counts[2]])
    assert.match(verdict.found, /points, 90 % interval/)
  }
})

test('a smaller alpha asks for more proof', async () => {
  const records = await pair(960, 10, 12, 18)
  assert.is((await verdictOf(nonInferior(0.012, { alpha: 0.05 }), records)).status, 'pass')
  assert.is((await verdictOf(nonInferior(0.012, { alpha: 1e-9 }), records)).status, 'inconclusive')
  assert.is((await verdictOf(nonInferior(0.0021, { alpha: 0.499 }), records)).status, 'pass')
})

test('answers to other data, other counts, or none make no pairs', async () => {
  const one = await answered('int8', [true, false, true])
  const found = async (records: readonly InstanceRecord[], gate = nonInferior(0.5)): Promise<string> => {
    const verdict = await verdictOf(gate, records)
    assert.is(verdict.status, 'inconclusive')
    return verdict.found
  }
  assert.match(await found([one, await answered('base', [true, false, true], 'letters')]), /same data/)
  assert.match(await found([one, await answered('base', [true])]), /same examples/)
  assert.match(await found([one]), /of base was not measured on a test split/)
  assert.match(await found([one, await answered('base', [])]), /same examples/)
  assert.match(await found([await answered('int8', []), await answered('base', [])]), /no test example/)
  const failed = { ...scores('base', {}), status: 'failed' as const }
  assert.match(await found([one, failed]), /"scores\[base\]" failed/)
})

test('what was chosen is judged by the answers of its winner, through choices of choices', async () => {
  const choice = (name: string, chosen: string): InstanceRecord =>
    record(name, { kind: 'select', output: { outputs: {}, record: { chosen } } })
  const gate = nonInferior(0.1, { candidate: 'best' })
  const answers = await pair(180, 0, 0, 20)
  const found = await verdictOf(gate, [choice('best', 'small'), choice('small', 'int8'), ...answers])
  assert.is(found.status, 'pass', found.found)
  assert.match(found.found!, /0 gained, 0 lost of 200/)
  const other = await verdictOf(gate, [choice('best', 'student'), ...answers])
  assert.is(other.status, 'inconclusive')
})

test('the long form picks the step that measured', async () => {
  const right = new Array<boolean>(200).fill(true)
  const wrong = new Array<boolean>(200).fill(false)
  const records = [
    await answered('int8', right),
    await answered('base', right),
    await answered('int8', wrong, 'letters', 'other'),
    await answered('base', right, 'letters', 'other'),
  ]
  const gate = (step: string): JudgedGate =>
    nonInferior(0.1, { candidate: `${step}.int8`, reference: `${step}.base` })
  assert.is((await verdictOf(gate('scores'), records)).status, 'pass')
  assert.is((await verdictOf(gate('other'), records)).status, 'fail')
})

test('faster: the low end must reach the factor; a simulation proves nothing', async () => {
  const rounds = Array.from({ length: 31 }, (_, i) => 10 + (i % 5))
  const by = (factor: number): JudgedGate =>
    gateOf({ form: 'faster', candidate: 'int8', reference: 'base', by: factor, confidence: 0.95 })
  const twice = timed({ base: rounds, int8: rounds.map((time, i) => time / (2 + (i % 3) * 0.1)) })
  assert.is((await verdictOf(by(2), [twice])).status, 'pass')
  assert.is((await verdictOf(by(2.1), [twice])).status, 'inconclusive')
  const fail = await verdictOf(by(2.5), [twice])
  assert.is(fail.status, 'fail')
  assert.match(fail.found, /^2\.10×, interval 2\.00 to 2\.20, 31 rounds$/)
  const simulated = timed({ base: rounds, int8: rounds.map(time => time / 9) }, ['int8'])
  const verdict = await verdictOf(by(2), [simulated])
  assert.equal(
    [verdict.status, /int8 runs with its quantization simulated/.test(verdict.hint ?? '')],
    ['inconclusive', true],
  )
  const few = timed({ base: [1, 1, 1], int8: [0.1, 0.1, 0.1] })
  assert.match((await verdictOf(by(2), [few])).found, /3 rounds are too few/)
  const slow = timed({ base: rounds, int8: rounds }, [], 'slow')
  const worst = await verdictOf(by(2), [twice, slow])
  assert.equal([worst.status, worst.found.split(':')[0]], ['fail', 'slow'])
  const failed = { ...twice, status: 'failed' as const }
  assert.match((await verdictOf(by(2), [failed])).found, /"speed" failed/)
})

test('outcomes in their precedence; warnings change none', () => {
  const verdict = (status: Verdict['status'], severity: Verdict['severity'] = 'error'): Verdict => ({
    gate: 'g',
    form: 'check',
    status,
    severity,
    asked: '',
    found: '',
  })
  const failed = [record('a', { status: 'failed' })]
  const well = [record('a'), record('b', { status: 'reused' })]
  assert.is(outcomeOf(failed, [verdict('fail')], true), 'interrupted')
  assert.is(outcomeOf(failed, [verdict('fail')], false), 'step-failed')
  assert.is(outcomeOf(well, [verdict('inconclusive'), verdict('fail')], false), 'gate-failed')
  assert.is(outcomeOf(well, [verdict('inconclusive'), verdict('pass')], false), 'inconclusive')
  assert.is(outcomeOf(well, [verdict('skipped'), verdict('pass')], false), 'passed')
  assert.is(outcomeOf(well, [verdict('fail', 'warn'), verdict('inconclusive', 'warn')], false), 'passed')
  assert.is(outcomeOf([], [], false), 'passed')
})
