import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deriveSeed } from '../../src/core/random.js'
import { keyOf } from '../../src/plan/key.js'
import { machineClass } from '../../src/plan/machine.js'
import type { Plan } from '../../src/plan/plan.js'
import { stepFileOf } from '../../src/plan/step-file.js'
import { assert, suite } from '../suite.js'
import { bench, finish, instanceOf, wasm, type Bench } from './rig.js'

const test = suite('plan keys')

const keysOf = (plan: Plan): Record<string, string> =>
  Object.fromEntries(plan.instances.map(({ id, status }) => [id, 'key' in status ? status.key : status.type]))
const statuses = (plan: Plan): string =>
  plan.instances
    .map(({ id, status }) => `${id}:${status.type === 'pending' ? status.waitsFor.join('+') : status.type}`)
    .join(' ')

/** Keys of a recipe of one step `a`, written in two ways. */
const same = async ({ plan }: Bench, one: string, other: string): Promise<boolean> => {
  const [first, second] = [await plan(one), await plan(other)]
  assert.equal([first.problems, second.problems], [[], []])
  return keysOf(first)['a'] === keysOf(second)['a']
}

test('what changes the output changes the key, and nothing else does', async () => {
  const setup = await bench()
  const a = 'steps: {a: {kind: make, size: 8}}'
  const equal = [
    'steps: {a: {size: 8, kind: make}}',
    'description: words\nsteps: {a: {kind: make, size: 8, description: words}}',
    'steps: {a: {kind: make, size: 8, timeout: 5m, retries: 2, resources: {threads: 2}}}',
    'steps: {a: {kind: make, size: 8, checkpoint: every 2 epochs}}',
    'steps: {a: {kind: make, size: 8, checkpoint: never}}',
    'steps: {b: {kind: make, size: 6}, a: {kind: make, size: 8, needs: [b]}}',
    'params: {size: 8}\nsteps: {a: {kind: make, size: "${{ params.size }}"}}',
  ]
  for (const other of equal) assert.ok(await same(setup, a, other), other)
  const different = [
    'steps: {a: {kind: make, size: 10}}',
    'seed: 1\nsteps: {a: {kind: make, size: 8}}',
    'steps: {a: {kind: make, size: 8, seed: 5}}',
    'steps: {a: {kind: make, size: 8, engine: cpu}}',
  ]
  for (const other of different) assert.not.ok(await same(setup, a, other), other)
})

test('the seed of a step is drawn from its own name, or is its own', async () => {
  const { plan } = await bench()
  const made = await plan(
    'seed: 7\nsteps: {a: {kind: make, size: 8}, b: {kind: make, size: 8}, c: {kind: make, size: 8, seed: 7}}',
  )
  const seeds = ['a', 'b', 'c'].map(id => instanceOf(made, id).seed)
  assert.equal(seeds, [deriveSeed(7, 'a'), deriveSeed(7, 'b'), 7])
  const keys = keysOf(made)
  assert.is(new Set(Object.values(keys)).size, 3)
})

test('kinds that draw nothing or compute nothing have neither seed nor engine in their keys', async () => {
  const { plan } = await bench({ 'data.txt': 'x' })
  const text = (seed: number): string => `seed: ${seed}\nsteps: {a: {kind: gather, text: x}}`
  const one = keysOf(await plan(text(1)))
  assert.equal(one, keysOf(await plan(text(2), { engine: { name: 'cpu', version: '9' } })))
})

test('the version of an engine enters the keys of what computes with it', async () => {
  const { plan } = await bench()
  const text = 'steps: {a: {kind: make, size: 8}}'
  const one = keysOf(await plan(text))
  assert.not.equal(keysOf(await plan(text, { engine: { ...wasm, version: '2' } })), one)
  assert.equal(keysOf(await plan(text, { engine: wasm })), one)
})

test('a file enters by content: moved it is the same, changed it is another', async () => {
  const setup = await bench({ 'data.txt': 'content', 'deep/folder/other.bin': 'content' })
  const text = (file: string): string => `steps: {a: {kind: source, file: ${file}}}`
  assert.ok(await same(setup, text('data.txt'), text('deep/folder/other.bin')))
  const before = keysOf(await setup.plan(text('data.txt')))['a']
  writeFileSync(join(setup.folder, 'data.txt'), 'Content')
  assert.is.not(keysOf(await setup.plan(text('data.txt')))['a'], before)
  const files = instanceOf(await setup.plan(text('data.txt')), 'a').files
  assert.equal(
    Object.values(files).map(({ path, bytes }) => [path, bytes]),
    [[join(setup.folder, 'data.txt'), 7]],
  )
})

test('a text that looks like a path but is none stays a text', async () => {
  const setup = await bench({ 'data.txt': 'content', 'b.txt': 'content' })
  const text = (words: string): string => `steps: {a: {kind: source, file: data.txt, words: ${words}}}`
  assert.not.ok(await same(setup, text('data.txt'), text('b.txt')))
})

test('a folder enters by the names and contents of what it holds', async () => {
  const setup = await bench({ 'set/a/1.png': 'one', 'set/b/2.png': 'two' })
  const key = async (folder: string): Promise<string> =>
    keysOf(await setup.plan(`steps: {a: {kind: source, file: ${folder}}}`))['a']!
  const first = await key('set')
  renameSync(join(setup.folder, 'set'), join(setup.folder, 'moved'))
  assert.is(await key('moved'), first)
  renameSync(join(setup.folder, 'moved/b'), join(setup.folder, 'moved/c'))
  assert.is.not(await key('moved'), first)
  mkdirSync(join(setup.folder, 'empty'))
  assert.is.not(await key('empty'), first)
})

test('the machine enters the keys of what is measured for one machine', async () => {
  const { plan } = await bench()
  const made = await plan(
    'steps: {a: {kind: make, size: 8}, b: {kind: make, size: 6}, speed: {kind: benchmark, models: [a, b], reference: a}}',
  )
  assert.is(instanceOf(made, 'speed').identity['machine'], machineClass())
  assert.is(instanceOf(made, 'a').identity['machine'], undefined)
  assert.is(made.machine, machineClass())
  assert.match(machineClass(), /^.+ × \d+, \w+-\w+$/)
})

const chain = `steps:
  base: {kind: make, size: 8}
  small: {kind: halve, model: base}
  tiny: {kind: halve, model: small}
  scores: {kind: measure, models: [base, tiny]}
`

test('what is there is a hit, what is not is a miss, and below a miss all is pending', async () => {
  const setup = await bench()
  assert.is(
    statuses(await setup.plan(chain)),
    'base:miss small:base tiny:small scores[base]:base scores[tiny]:tiny',
  )
  for (const id of ['base', 'small', 'scores[base]']) await finish(setup, await setup.plan(chain), id)
  const plan = await setup.plan(chain)
  assert.is(statuses(plan), 'base:hit small:hit tiny:miss scores[base]:hit scores[tiny]:tiny')
  const { status } = instanceOf(plan, 'tiny')
  assert.is(status.type === 'miss' && status.why, 'never run with this key')
  // A changed step leaves what does not hang on it.
  const changed = await setup.plan(chain.replace('{kind: halve, model: small}', '{kind: make, size: 2}'))
  assert.is(statuses(changed), 'base:hit small:hit tiny:miss scores[base]:hit scores[tiny]:tiny')
})

test('another way to the same artifact is cut off early', async () => {
  const setup = await bench()
  await finish(setup, await setup.plan(chain), 'base', 'same bytes')
  await finish(setup, await setup.plan(chain), 'small')
  const other = chain.replace('steps:', 'seed: 9\nsteps:')
  await finish(setup, await setup.plan(other), 'base', 'same bytes')
  assert.is(instanceOf(await setup.plan(other), 'small').status.type, 'hit')
})

test('a damaged result is a miss that says so, with a warning', async () => {
  const setup = await bench()
  await finish(setup, await setup.plan(chain), 'base')
  const { status } = instanceOf(await setup.plan(chain), 'base')
  if (status.type !== 'hit') throw new Error('no hit')
  const { digest } = status.result.output.outputs['model']!.objects['body']!
  writeFileSync(setup.store.objects.path(digest), 'broken')
  const plan = await setup.plan(chain)
  const after = instanceOf(plan, 'base').status
  assert.is(after.type === 'miss' && after.why, 'what was stored is damaged')
  assert.equal(
    plan.problems.map(({ code, severity }) => [code, severity]),
    [['object-damaged', 'warning']],
  )
})

test('a step file is plain JSON with all that a worker needs', async () => {
  const setup = await bench()
  await finish(setup, await setup.plan(chain), 'base')
  const plan = await setup.plan(chain)
  const { status } = instanceOf(plan, 'base')
  if (status.type !== 'hit') throw new Error('no hit')
  const artifact = status.result.output.outputs['model']!
  const small = instanceOf(plan, 'small')
  const inputs = { model: [{ from: 'base', output: 'model', artifact }] }
  const { key, parts } = keyOf(small, inputs)
  assert.is(small.status.type === 'miss' && small.status.key, key)
  assert.equal(parts['inputs'], { model: [artifact.digest] })
  const file = stepFileOf(small, key, inputs)
  assert.equal(JSON.parse(JSON.stringify(file)), {
    instance: 'small',
    kind: 'halve',
    key,
    config: {},
    inputs,
    files: {},
    seed: deriveSeed(0, 'small'),
    engine: wasm,
    threads: 1,
  })
})
