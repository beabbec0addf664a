import { parseExpression } from '../../src/expression/parse.js'
import type { Margin } from '../../src/core/margin.js'
import { directionOf, type Direction } from '../../src/core/metric-direction.js'
import type { JudgedGate } from '../../src/judge/gate.js'
import type { Baseline } from '../../src/store/lock.js'
import type { InstanceRecord } from '../../src/store/run-record.js'
import { evaluate } from '../../src/steps/evaluate/spec.js'
import { modelFacts } from '../../src/plan/measured.js'
import { assert, suite } from '../suite.js'
import { gateOf, model, record, scores, verdictOf } from './rig.js'

const test = suite('accepted gates')

const accepted = (metric: string, margin: Partial<Margin> = {}, better?: Direction): JudgedGate => {
  const parsed = parseExpression(metric, undefined, 'number')
  if (!parsed.ok) throw new Error(parsed.faults[0]!.message)
  return gateOf({
    form: 'accepted',
    metric: parsed.expression,
    margin: { value: 0, relative: false, ...margin },
    ...(better ? { better } : {}),
  })
}

const baseline = (value: number, more: Partial<Baseline> = {}): Baseline => ({
  value,
  by: 'Ana',
  at: '2026-07-30T12:00:00.000Z',
  run: 'r',
  ...more,
})

const records = [
  model('int8', 250),
  scores('int8', { test: { accuracy: 0.97, loss: 0.2, wonder: 3 }, validation: { accuracy: 0.5 } }),
]

const judged = async (gate: JudgedGate, baselines: Readonly<Record<string, Baseline>>, all = records) => {
  const { status, found, hint = '', figures } = await verdictOf(gate, all, { baselines, machine: 'A' })
  return { status, found, hint, figures }
}

test('higher is better of accuracy, lower of sizes and losses; the margin is what may be lost', async () => {
  const cases: readonly (readonly [metric: string, was: number, margin: Partial<Margin>, status: string])[] =
    [
      ['int8.accuracy', 0.97, {}, 'pass'],
      ['int8.accuracy', 0.96, {}, 'pass'],
      ['int8.accuracy', 0.9701, {}, 'fail'],
      // 0.975 − 0.005 is not the double 0.97.
      ['int8.accuracy', 0.975, { value: 0.005 }, 'pass'],
      ['int8.accuracy', 0.9751, { value: 0.005 }, 'fail'],
      ['int8.test.accuracy', 0.97, {}, 'pass'],
      ['int8.validation.accuracy', 0.6, { value: 0.05 }, 'fail'],
      ['int8.loss', 0.2, {}, 'pass'],
      ['int8.loss', 0.19, {}, 'fail'],
      ['int8.loss', 0.19, { value: 0.02 }, 'pass'],
      ['int8.bytes', 250, {}, 'pass'],
      ['int8.bytes', 249, {}, 'fail'],
      ['int8.bytes', 249, { value: 0.02, relative: true }, 'pass'],
      ['int8.bytes', 245, { value: 0.02, relative: true }, 'fail'],
      ['int8.bytes', 1000, {}, 'pass'],
      ['int8.accuracy', 1, { value: 0.03, relative: true }, 'pass'],
      ['int8.accuracy', 1, { value: 0.029, relative: true }, 'fail'],
    ]
  for (const [metric, was, margin, status] of cases)
    assert.is(
      (await judged(accepted(metric, margin), { [metric]: baseline(was) })).status,
      status,
      `${metric} ${was} ${JSON.stringify(margin)}`,
    )
})

test('a metric whose direction only the gate knows', async () => {
  assert.is(
    (await judged(accepted('int8.wonder', {}, 'lower'), { 'int8.wonder': baseline(2) })).status,
    'fail',
  )
  assert.is(
    (await judged(accepted('int8.wonder', {}, 'higher'), { 'int8.wonder': baseline(2) })).status,
    'pass',
  )
})

test('the verdict says what was asked and found, with figures', async () => {
  const gate = accepted('int8.accuracy', { value: 0.005 })
  const verdict = await verdictOf(gate, records, { baselines: { 'int8.accuracy': baseline(0.98) } })
  assert.is(verdict.asked, 'int8.accuracy ≥ accepted − 0.005')
  assert.is(verdict.found, '0.97, accepted 0.98 (−0.01)')
  assert.is(verdict.form, 'accepted')
  assert.is(verdict.figures!['baseline'], 0.98)
  assert.is(verdict.figures!['margin'], 0.005)
  const size = accepted('int8.bytes', { value: 0.07, relative: true })
  assert.is((await verdictOf(size, records, {})).asked, 'int8.bytes ≤ accepted + 7 %')
})

test('without a baseline nobody can tell: inconclusive, and how to accept', async () => {
  const { status, found, hint } = await judged(accepted('int8.accuracy'), { 'base.accuracy': baseline(1) })
  assert.is(status, 'inconclusive')
  assert.is(found, '0.97, and no baseline of it was accepted')
  assert.match(hint, /trimtab accept gate$/)
  assert.is((await verdictOf(accepted('int8.accuracy'), records)).status, 'inconclusive')
})

test('what was not measured is inconclusive, and skipped where the run was to leave it out', async () => {
  const none = await judged(accepted('int8.f1'), { 'int8.f1': baseline(1) })
  assert.equal([none.status, none.found], ['inconclusive', 'int8.f1 has no value: it was not measured'])
  const failed: InstanceRecord[] = [record('int8', { status: 'failed' })]
  assert.match(
    (await judged(accepted('int8.bytes'), { 'int8.bytes': baseline(1) }, failed)).found,
    /"int8" failed/,
  )
  const gate = accepted('int8.accuracy')
  const partial = { baselines: { 'int8.accuracy': baseline(1) }, partial: true }
  assert.is((await verdictOf(gate, [model('int8', 250)], partial)).status, 'skipped')
})

test('the long form has a baseline of its own', async () => {
  const found = await judged(accepted('scores.int8.accuracy'), { 'scores[int8].accuracy': baseline(0.98) })
  assert.is(found.status, 'fail')
})

const timed = (p50: number, more: Record<string, unknown> = {}, step = 'speed'): InstanceRecord =>
  record(step, {
    kind: 'benchmark',
    inputs: { models: ['int8'], reference: ['base'] },
    output: { outputs: {}, measurements: { models: { int8: { p50, ...more } } } },
  })

test('a time is held against one of the same class of machine only', async () => {
  const gate = accepted('int8.latency', { value: 0.1, relative: true })
  const of = (p50: number, machine: string, all: readonly InstanceRecord[] = []) =>
    judged(gate, { 'int8.latency': baseline(2, { machine }) }, [...records, timed(p50), ...all])
  assert.is((await of(2.1, 'A')).status, 'pass')
  assert.is((await of(2.3, 'A')).status, 'fail')
  const other = await of(2.1, 'B')
  assert.is(other.status, 'inconclusive')
  assert.match(other.found, /another class of machine \(B\)/)
  assert.match((await of(2.1, 'A', [timed(2, {}, 'again')])).found, /speed and again both timed it/)
  assert.match((await judged(gate, {}, records)).found, /no benchmark timed it/)
  const long = accepted('again.int8.latency')
  const both = [...records, timed(2.1), timed(3, {}, 'again')]
  assert.is(
    (await judged(long, { 'again.int8.latency': baseline(3, { machine: 'A' }) }, both)).status,
    'pass',
  )
  const simulated = await judged(gate, { 'int8.latency': baseline(2, { machine: 'A' }) }, [
    ...records,
    timed(1, { simulated: true }),
  ])
  assert.is(simulated.status, 'inconclusive')
})

test('every metric that our own kinds measure has a direction', () => {
  for (const metric of [
    ...evaluate.measures!({ topK: 5 } as never),
    ...modelFacts,
    'latency',
    'storedBytes',
    'top12',
  ])
    assert.is.not(directionOf(metric), undefined, metric)
  assert.is(directionOf('constructor'), undefined)
})
