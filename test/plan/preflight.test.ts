import { Type } from 'typebox'
import { join } from 'node:path'
import { highest, lowest, range } from '../../src/network/description.js'
import { machineRoom, preflight, type MachineRoom } from '../../src/plan/preflight.js'
import type { Plan } from '../../src/plan/plan.js'
import { defineStep, optional } from '../../src/steps/define-step.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { bench, finish, instanceOf, told } from './rig.js'

const test = suite('preflight of memory and disk')

const giga = 1e9

/** Holds what it is told to, and what its input's bytes are. */
const hold = defineStep({
  kind: 'hold',
  revision: 1,
  params: Type.Object(
    { gigabytes: Type.Number(), more: Type.Number({ default: 0 }) },
    { additionalProperties: false },
  ),
  consumes: { model: optional('model') },
  produces: { out: 'file' },
  predict: () => ({ outputs: { out: { type: 'file' } } }),
  memory: ({ gigabytes, more }, inputs) => {
    const known = inputs['model']?.[0]?.bytes ?? 0
    return { bytes: range(gigabytes * giga + known, (gigabytes + more) * giga + known) }
  },
})

/** The plan with `gather` replaced by `hold`, whose memory is told in its text. */
const held = (made: Plan, configs: Readonly<Record<string, { gigabytes: number; more?: number }>>): Plan => ({
  ...made,
  instances: made.instances.map(each =>
    configs[each.id] ? { ...each, spec: hold, config: { more: 0, ...configs[each.id] } } : each,
  ),
})

const text = `steps:
  base: {kind: make, size: 8}
  a: {kind: gather, models: [base], resources: {memory: 2 GB}}
  b: {kind: gather}
`

const found = async (
  configs: Readonly<Record<string, { gigabytes: number; more?: number }>>,
  room: MachineRoom,
): Promise<{ readonly at: readonly string[]; readonly messages: readonly string[]; readonly made: Plan }> => {
  const { plan } = await bench()
  const made = preflight(held(await plan(text), configs), room)
  return { at: told(made.problems, text), messages: made.problems.map(({ message }) => message), made }
}

test('what a step will hold stands at its instance, beside what its process takes anyway', async () => {
  const { made, at } = await found({ a: { gigabytes: 1 }, b: { gigabytes: 2, more: 1 } }, {})
  assert.equal(at, [])
  const b = instanceOf(made, 'b').memory!
  assert.is(highest(b) - lowest(b), giga)
  assert.ok(lowest(b) > 2 * giga && lowest(b) < 2.2 * giga)
  // A kind that says nothing of its memory has no figure.
  assert.is(instanceOf(made, 'base').memory, undefined)
})

test('more than is free, more than resources.memory: a warning with the figures, at its place', async () => {
  const { at, messages, made } = await found(
    { a: { gigabytes: 3 }, b: { gigabytes: 1, more: 8 } },
    { memory: 4 * giga, disk: 1e12 },
  )
  assert.equal(at, ['memory-short 4:57 2 GB', 'memory-short 5:3 b'])
  assert.equal(messages, [
    '"a" will hold about 3.10 GB of memory, and its resources.memory is 2.00 GB',
    '"b" will hold up to 9.10 GB of memory, and this machine has 4.00 GB free',
  ])
  assert.ok(made.problems.every(({ severity, frame }) => severity === 'warning' && frame !== undefined))
  assert.equal((await found({ a: { gigabytes: 1 }, b: { gigabytes: 3 } }, { memory: 4 * giga })).at, [])
})

test('instances of one step that are short of the same are told once, by the largest', async () => {
  const { plan } = await bench()
  const made = await plan(
    'steps: {a: {kind: make, size: 8, matrix: {n: [1, 2, 3]}, resources: {memory: 1 GB}}, b: {kind: make, size: 8}}',
  )
  const instances = made.instances.map((each, at) => ({
    ...each,
    spec: { ...each.spec, memory: () => ({ bytes: range((at + 1) * giga, (at + 1) * giga) }) },
  }))
  assert.equal(
    preflight({ ...made, instances }, { memory: 3.5 * giga }).problems.map(({ message }) => message),
    [
      '"a[n=3]", the largest of 3 instances, will hold about 3.10 GB of memory, and its resources.memory is 1.00 GB',
      '"b" will hold about 4.10 GB of memory, and this machine has 3.50 GB free',
    ],
  )
})

test('the wasm engine has an end of its own', async () => {
  const setup = await bench()
  const made = await setup.plan('steps: {base: {kind: make, size: 8}}')
  const base = instanceOf(made, 'base')
  const spec = {
    ...base.spec,
    memory: () => ({ bytes: range(7 * giga, 8 * giga), engine: range(5 * giga, 6 * giga) }),
  }
  const { problems } = preflight({ ...made, instances: [{ ...base, spec }] }, { memory: 1e12 })
  assert.equal(
    problems.map(({ message }) => message),
    ['"base" will hold about 5.00 GB on its engine, and the wasm engine has room for 4.29 GB'],
  )
  const native = { ...base, spec, engine: { name: 'native', version: '1' } as const }
  assert.equal(preflight({ ...made, instances: [native] }, { memory: 1e12 }).problems, [])
})

test('what must run is held against the disk of the store; what is there already takes no more', async () => {
  const setup = await bench()
  const both = 'steps: {base: {kind: make, size: 8}, other: {kind: make, size: 1000}}'
  const made = await setup.plan(both)
  assert.equal(
    preflight(made, { disk: 3900 }).problems.map(
      ({ code, message, at }) => `${code} ${message} ${at === undefined}`,
    ),
    [
      'disk-short the 2 steps that will run store about 4.00 kB, and the disk of the store has 3.90 kB free true',
    ],
  )
  assert.equal(preflight(made, { disk: 5000 }).problems, [])
  await finish(setup, made, 'other')
  assert.equal(preflight(await setup.plan(both), { disk: 3900 }).problems, [])
})

test('an input that is there already counts with its real bytes; a step that is there is not asked', async () => {
  const setup = await bench()
  const first = await setup.plan(text)
  await finish(setup, first, 'base')
  const made = preflight(held(await setup.plan(text), { a: { gigabytes: 1 } }), {})
  const bare = preflight(held(first, { a: { gigabytes: 1 } }), {})
  assert.ok(instanceOf(made, 'base').status.type === 'hit')
  assert.is(instanceOf(made, 'base').memory, undefined)
  assert.ok(lowest(instanceOf(made, 'a').memory!) >= lowest(instanceOf(bare, 'a').memory!))
})

test('the room of this machine is asked where the store will lie', async () => {
  const room = await machineRoom(join(emptyFolder(), 'not', 'yet', '.trimtab'))
  assert.ok(room.memory! > 0 && room.disk! > 0)
})
