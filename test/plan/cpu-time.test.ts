import { Type } from 'typebox'
import { problem } from '../../src/core/problem.js'
import { roughTime } from '../../src/plan/cpu-time.js'
import { preflight } from '../../src/plan/preflight.js'
import type { Plan } from '../../src/plan/plan.js'
import { defineStep } from '../../src/steps/define-step.js'
import { builtInKinds } from '../../src/steps/index.js'
import { assert, suite } from '../suite.js'
import { bench } from './rig.js'

const test = suite('what the cpu engine costs a plan')

const busy = defineStep({
  kind: 'busy',
  revision: 1,
  params: Type.Object(
    { training: Type.Number(), inference: Type.Number(), reuses: Type.Boolean() },
    { additionalProperties: false },
  ),
  produces: { out: 'file' },
  computes: true,
  predict: () => ({ outputs: { out: { type: 'file' } } }),
  work: config => config,
})

const slow = problem('engine-slow', 'the cpu engine trains convolutions slowly', { severity: 'warning' })

/** The plan with `gather` replaced by `busy` on an engine, and what that says. */
const said = async (
  works: Readonly<Record<string, { training?: number; inference?: number; reuses?: boolean }>>,
  engine: 'cpu' | 'wasm' = 'cpu',
): Promise<string | undefined> => {
  const { plan } = await bench()
  const made = await plan('steps: {base: {kind: make, size: 8}, a: {kind: gather}, b: {kind: gather}}')
  const changed: Plan = {
    ...made,
    problems: [slow],
    instances: made.instances.map(each => ({
      ...each,
      ...(works[each.id]
        ? {
            spec: busy,
            config: { training: 0, inference: 0, reuses: false, ...works[each.id] },
            engine: { name: engine, version: '1' },
          }
        : {}),
    })),
  }
  return preflight(changed, {}).problems.find(({ code }) => code === 'engine-slow')?.message
}

test('the warning says how long the steps that will run take', async () => {
  assert.is(
    await said({ a: { training: 1e12, reuses: true } }),
    `${slow.message}: "a" will take about 14 hours`,
  )
  assert.is(
    await said({ a: { training: 1e12, reuses: true }, b: { training: 6e12, inference: 3e11 } }),
    `${slow.message}: the 2 steps that will run on it take about 25 hours, "a" alone 14 hours`,
  )
})

test('seconds, steps on other engines and steps of which nothing is known add nothing', async () => {
  assert.is(await said({ a: { training: 1e8 } }), slow.message)
  assert.is(await said({ a: { training: 1e13 } }, 'wasm'), slow.message)
  assert.is(await said({}), slow.message)
})

test('times are rough', () => {
  assert.equal([0.2, 1, 45, 90, 121, 3600, 7300, 90_000, 1e6].map(roughTime), [
    '1 second',
    '1 second',
    '45 seconds',
    '90 seconds',
    '2 minutes',
    '60 minutes',
    '2 hours',
    '25 hours',
    '12 days',
  ])
})

test('kinds that train or measure say what they compute', () => {
  const network = { macs: { exact: 1000 }, parameters: { exact: 10 }, type: 'model', format: 'layers' }
  const model = { from: 'm', description: network as never }
  const data = {
    from: 'd',
    description: {
      type: 'dataset' as const,
      task: 'classification' as const,
      shape: [4],
      examples: { train: 100, validation: 10, test: 20 },
    },
  }
  const workOf = (kind: string, config: object, inputs: object): unknown =>
    builtInKinds.find(each => each.kind === kind)!.work!(config as never, inputs as never, {
      model: network as never,
    })
  const trained = { training: 3 * 2 * 100 * 1000, inference: 2 * 10 * 1000, reuses: true }
  for (const kind of ['train', 'finetune'])
    assert.equal(workOf(kind, { epochs: 2 }, { data: [data] }), trained)
  assert.equal(workOf('distill', { epochs: 2 }, { data: [data], teachers: [model, model] }), {
    ...trained,
    inference: 2 * 10 * 1000 + 2 * 100 * 2000,
  })
  assert.equal(workOf('evaluate', {}, { data: [data], models: [model], reference: [model] }), {
    training: 0,
    inference: 30 * 2000,
    reuses: false,
  })
  assert.is(workOf('train', { epochs: 2 }, {}), undefined)
})
