import { Ajv2020 } from 'ajv/dist/2020.js'
import { chooseLoss, lossFaults } from '../../src/network/losses.js'
import { optimizerField, resolveOptimizer, type OptimizerConfig } from '../../src/network/optimizers.js'
import {
  schedulableNumber,
  scheduleFaults,
  scheduleValue,
  type Schedule,
} from '../../src/network/schedules.js'
import { assert, suite } from '../suite.js'

const test = suite('optimizers, losses and schedules')

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} against ${b}`)

/** Checks a value as the language does, with defaults filled in; gives the places of its errors. */
const check = (schema: object, value: unknown) => {
  const held = { value: structuredClone(value) }
  const validate = new Ajv2020({ allErrors: true, useDefaults: true, strict: false }).compile({
    type: 'object',
    properties: { value: schema },
  })
  const fits = validate(held)
  return { fits, value: held.value, places: (validate.errors ?? []).map(({ instancePath }) => instancePath) }
}

test('an optimizer is a bare name or a one-key map, and errors stand at the field', () => {
  assert.equal(check(optimizerField, undefined).value, 'adam')
  assert.ok(check(optimizerField, 'sgd').fits)
  assert.is(check(optimizerField, 'adm').fits, false)
  assert.is(check(optimizerField, { adam: {}, sgd: {} }).fits, false)
  assert.equal(check(optimizerField, { adam: { learningRate: 'fast' } }).places, ['/value/adam/learningRate'])
  assert.equal(check(optimizerField, { adam: { learningRat: 1 } }).places, ['/value/adam'])
  const { fits, value } = check(optimizerField, { adam: { learningRate: 0.01 } })
  assert.ok(fits)
  assert.is((value as { adam: { beta1: number } }).adam.beta1, 0.9)
})

test('a resolved optimizer has all of its fields, however it was written', () => {
  const all = { type: 'sgd', learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0 }
  for (const written of ['sgd', { sgd: {} }] as OptimizerConfig[])
    assert.equal(resolveOptimizer(written), all)
  assert.equal(resolveOptimizer({ sgd: { momentum: 0.9 } }), { ...all, momentum: 0.9 })
})

test('the loss follows from the task; one that cannot judge the output is a fault', () => {
  assert.is(chooseLoss(undefined, 'classification', [10]).type, 'sparseCategoricalCrossentropy')
  assert.is(chooseLoss(undefined, 'classification', [1]).type, 'binaryCrossentropy')
  assert.is(chooseLoss(undefined, 'regression', [1]).type, 'meanSquaredError')
  assert.equal(chooseLoss({ huber: { delta: 2 } }, 'regression', [1]), { type: 'huber', delta: 2 })
  const faults = (...args: Parameters<typeof chooseLoss>) =>
    lossFaults(chooseLoss(...args), args[1], args[2], ['loss']).length
  assert.is(faults(undefined, 'classification', [10]), 0)
  assert.is(faults('sparseCategoricalCrossentropy', 'regression', [2]), 1)
  assert.is(faults('sparseCategoricalCrossentropy', 'classification', [1]), 1)
  assert.is(faults('binaryCrossentropy', 'classification', [3]), 1)
  assert.is(faults('meanAbsoluteError', 'classification', [3]), 0)
})

test('schedules are their formulas, at odd steps and at both ends', () => {
  const ramp = { from: 0.2, to: 0.8, begin: '1 epoch', end: '30 steps' }
  const at = (schedule: Schedule, step: number) => scheduleValue(schedule, step, 10)
  assert.is(at(0.5, 99), 0.5)
  for (const [step, p] of [
    [0, 0],
    [10, 0],
    [11, 0.05],
    [17, 0.35],
    [29, 0.95],
    [30, 1],
    [1000, 1],
  ] as const) {
    near(at({ polynomial: ramp }, step), 0.8 - 0.6 * (1 - p) ** 3)
    near(at({ polynomial: { ...ramp, power: 1 } }, step), 0.2 + 0.6 * p)
    near(at({ exponential: ramp }, step), 0.2 * 4 ** p)
    near(at({ cosine: ramp }, step), 0.8 - 0.3 * (1 + Math.cos(Math.PI * p)))
  }
  // Stairs of 7 steps from step 10: 10, 17, 24, and the end.
  const stairs = { polynomial: { ...ramp, power: 1, every: '7 steps' } }
  assert.equal(
    [16, 17, 23, 24, 29].map(step => at(stairs, step)),
    [10, 17, 17, 24, 24].map(step => at({ polynomial: { ...ramp, power: 1 } }, step)),
  )
  assert.is(at(stairs, 30), 0.8)
  const step: Schedule = { step: { from: 1, factor: 0.5, every: '2 epochs', begin: '5 steps' } }
  assert.equal(
    [0, 24, 25, 44, 45].map(n => at(step, n)),
    [1, 1, 0.5, 0.5, 0.25],
  )
  const pieces: Schedule = { piecewise: { values: [3, 2, 1], at: ['1 epoch', '25 steps'] } }
  assert.equal(
    [0, 9, 10, 24, 25].map(n => at(pieces, n)),
    [3, 3, 2, 2, 1],
  )
  assert.is(at({ cosine: { from: 1, to: 0, end: '0.5 epochs' } }, 5), 0)
})

test('a schedule keeps the bounds of its field', () => {
  const field = schedulableNumber({ minimum: 0, maximum: 1, description: 'A share.' })
  const ramp = { from: 0, to: 0.5, end: '3 epochs' }
  assert.ok(check(field, { cosine: ramp }).fits)
  assert.ok(check(field, 1).fits)
  assert.is(check(field, 1.1).fits, false)
  assert.equal(check(field, { cosine: { ...ramp, to: 2 } }).places, ['/value/cosine/to'])
  assert.equal(check(field, { cosine: { ...ramp, end: 'later' } }).places, ['/value/cosine/end'])
  assert.equal(check(field, { piecewise: { values: [0, 3], at: ['1 epoch'] } }).places, [
    '/value/piecewise/values/1',
  ])
  assert.is(check(field, { cosin: ramp }).fits, false)
})

test('what a schema cannot say: the order of moments, counts, signs', () => {
  const codes = (schedule: Schedule) => scheduleFaults(schedule, ['rate']).map(({ path }) => path?.join('.'))
  const ramp = { from: 1, to: 0.5, end: '3 epochs' }
  assert.equal(codes(1), [])
  assert.equal(codes({ cosine: ramp }), [])
  assert.equal(codes({ cosine: { ...ramp, begin: '3 epochs' } }), ['rate.cosine.end'])
  assert.equal(codes({ cosine: { ...ramp, end: '0 steps' } }), ['rate.cosine.end'])
  assert.equal(codes({ cosine: { ...ramp, begin: '500 steps' } }), [])
  assert.equal(codes({ exponential: { ...ramp, to: 0 } }), ['rate.exponential.to'])
  assert.equal(codes({ piecewise: { values: [1, 2], at: ['1 epoch', '2 epochs'] } }), ['rate.piecewise.at'])
  assert.equal(codes({ piecewise: { values: [1, 2, 3], at: ['2 epochs', '1 epoch'] } }), [
    'rate.piecewise.at',
  ])
})
