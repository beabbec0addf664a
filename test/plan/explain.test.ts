import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainPlan } from '../../src/plan/explain.js'
import { assert, suite } from '../suite.js'
import { bench, finish, instanceOf, type Bench } from './rig.js'

const test = suite('plan --explain')

const pipeline = `steps:
  data: {kind: source, file: digits.csv}
  base: {kind: make, size: 8, data: data}
  small: {kind: halve, model: base}
  scores: {kind: measure, models: [base, small], data: data}
`

/** Runs everything of a plan that is not there; what is pending at first is planned again. */
const runAll = async (setup: Bench, text: string, body = (id: string): string => id): Promise<void> => {
  for (;;) {
    const made = await setup.plan(text)
    const miss = made.instances.find(({ status }) => status.type === 'miss')
    if (!miss) return
    await finish(setup, made, miss.id, body(miss.id))
  }
}

const whys = async (setup: Bench, text: string, more = {}): Promise<Record<string, string>> => {
  const made = await setup.plan(text, more)
  return Object.fromEntries([...explainPlan(made, setup.store)].map(([id, { why }]) => [id, why]))
}

const files = { 'digits.csv': 'a,b', 'other.csv': 'c,d' }

test('what is there was made before, what was never run says so, what waits says for what', async () => {
  const setup = await bench(files)
  assert.equal(await whys(setup, pipeline), {
    data: 'never run',
    base: 'pending below data; never run',
    small: 'pending below base; never run',
    'scores[base]': 'pending below base, data; never run',
    'scores[small]': 'pending below small, data; never run',
  })
  assert.equal(readdirSync(setup.folder).includes('.trimtab'), false)
  await runAll(setup, pipeline)
  assert.ok(Object.values(await whys(setup, pipeline)).every(why => why === 'made before'))
  const renamed = pipeline.replaceAll('base', 'first')
  assert.is((await whys(setup, renamed))['small'], 'pending below first')
})

test('a field that changed is named with what it was and is; what hangs on it is pending', async () => {
  const setup = await bench(files)
  await runAll(setup, pipeline)
  const changed = pipeline
    .replace('size: 8', 'size: 6')
    .replace('data: data}\n', 'data: data}\n')
    .replace('models: [base, small]', 'models: [base, small], top: 3')
  const told = await whys(setup, changed)
  assert.is(told['data'], 'made before')
  assert.is(told['base'], 'config.size was 8, is 6')
  assert.is(told['small'], 'pending below base')
  assert.is(told['scores[small]'], 'pending below small: config.top was 5, is 3')
})

test('a field that comes, goes, or is a list, and a file that is another', async () => {
  const setup = await bench({ ...files, 'third.csv': 'e,f' })
  const gather = 'steps:\n  g: {kind: gather}\n  d: {kind: source, file: digits.csv, words: "one"}\n'
  await runAll(setup, gather)
  const first = await whys(
    setup,
    gather.replace('gather}', 'gather, text: long}').replace(', words: "one"', ''),
  )
  assert.is(first['g'], 'config.text is new: "long"')
  assert.is(first['d'], 'config.words was "one", is gone')
  assert.is(
    (await whys(setup, gather.replace('digits.csv', 'third.csv')))['d'],
    'file third.csv has other content',
  )
  writeFileSync(join(setup.folder, 'digits.csv'), 'new')
  assert.is((await whys(setup, gather))['d'], 'file digits.csv has other content')
})

test('an input with other bytes names the step that ran anew', async () => {
  const setup = await bench(files)
  await runAll(setup, pipeline)
  const changed = pipeline.replace('size: 8', 'size: 6')
  await finish(setup, await setup.plan(changed), 'base', 'other weights')
  assert.is((await whys(setup, changed))['small'], 'input model: other bytes, since "base" ran anew')
  const told = (await whys(setup, changed))['scores[base]']
  assert.is(told, 'input models: other bytes, since "base" ran anew')
  // Back at the first value, everything is there again; and with another model, bytes differ that nobody made anew.
  assert.is((await whys(setup, pipeline))['small'], 'made before')
  const another = `${pipeline}  twin: {kind: make, size: 8, seed: 5}\n`.replace(
    'halve, model: base',
    'halve, model: twin',
  )
  await runAll(setup, `${pipeline}  twin: {kind: make, size: 8, seed: 5}\n`, id => `body of ${id}`)
  const result = instanceOf(await setup.plan(another), 'twin').status
  assert.is(result.type, 'hit')
  const old = new Date(Date.now() - 1e6)
  if (result.type === 'hit')
    utimesSync(join(setup.folder, '.trimtab/results', `${result.key.slice(7)}.json`), old, old)
  assert.match(
    (await whys(setup, another))['small']!,
    /^input model: other bytes than before, now those of "twin"$/,
  )
})

test('ports that come, go, or take more', async () => {
  const setup = await bench(files)
  await runAll(setup, pipeline)
  const told = await whys(
    setup,
    pipeline.replace('[base, small], data: data', '[base, small], reference: base'),
  )
  assert.is(told['scores[small]'], 'input reference is new: base; input data is gone')
  const gather = `${pipeline}  g: {kind: gather, models: [base]}\n`
  await runAll(setup, gather)
  assert.is(
    (await whys(setup, gather.replace('[base]}', '[base, small]}')))['g'],
    'input models: 2 where there were 1',
  )
})

test('seed, engine and revision', async () => {
  const setup = await bench(files)
  await runAll(setup, pipeline)
  assert.match((await whys(setup, `seed: 9\n${pipeline}`))['base']!, /^seed was \d+, is \d+$/)
  const own = pipeline.replace('size: 8', 'size: 8, seed: 3')
  assert.match((await whys(setup, own))['base']!, /^seed was \d+, is 3$/)
  const engine = { name: 'wasm', version: '1+other' } as const
  assert.is((await whys(setup, pipeline, { engine }))['base'], 'engine wasm 1+kernels → wasm 1+other')
  const made = await setup.plan(pipeline)
  const instances = made.instances.map(each =>
    each.id === 'base'
      ? {
          ...each,
          identity: { ...each.identity, revision: 2 },
          status: { type: 'miss', key: 'x' as never, why: '' } as const,
        }
      : each,
  )
  assert.is(explainPlan({ ...made, instances }, setup.store).get('base')!.why, 'revision 1 → 2')
})

test('another kind under the same name: nothing else is compared', async () => {
  const setup = await bench(files)
  await runAll(setup, 'steps: {a: {kind: make, size: 8}}')
  assert.is((await whys(setup, 'steps: {a: {kind: gather, text: x}}'))['a'], 'kind was make, is gather')
})

test('without a result of its name the nearest of its step counts, else of its kind', async () => {
  const setup = await bench(files)
  const two = 'steps: {a: {kind: make, size: 8, seed: 1}, b: {kind: make, size: 20, seed: 1}}'
  await runAll(setup, two)
  const third = two.replace('}}', '}, c: {kind: make, size: 20, seed: 2}}')
  assert.is((await whys(setup, third))['c'], 'never run; nearest is "b": seed was 1, is 2')
  await runAll(setup, pipeline)
  const more = pipeline
    .replace('[base, small]', '[base, small, tiny]')
    .concat('  tiny: {kind: make, size: 8}\n')
  await finish(setup, await setup.plan(more), 'tiny')
  assert.is(
    (await whys(setup, more))['scores[tiny]'],
    'never run; nearest is "scores[small]": input models: other bytes, since "tiny" ran anew',
  )
})

test('a result that is gone was never run; an older one of the name takes its place', async () => {
  const setup = await bench(files)
  await runAll(setup, pipeline)
  const older = pipeline.replace('size: 8', 'size: 6')
  const place = join(setup.folder, '.trimtab/results')
  const before = new Set(readdirSync(place))
  await runAll(setup, older)
  for (const name of readdirSync(place)) if (!before.has(name)) rmSync(join(place, name))
  assert.is((await whys(setup, older))['base'], 'config.size was 8, is 6')
  rmSync(place, { recursive: true })
  assert.is((await whys(setup, older))['data'], 'never run')
})

test('a damaged result says so, and a damaged candidate is passed over', async () => {
  const setup = await bench(files)
  await runAll(setup, pipeline)
  const made = await setup.plan(pipeline)
  const { status } = instanceOf(made, 'base')
  if (status.type !== 'hit') throw new Error('not there')
  const { digest } = status.result.output.outputs['model']!.objects['body']!
  writeFileSync(setup.store.objects.path(digest), 'rot')
  const rotten = await whys(setup, pipeline)
  assert.is(rotten['base'], 'what was stored is damaged')
  assert.is(rotten['small'], 'pending below base')
  writeFileSync(join(setup.folder, '.trimtab/results', `${status.key.slice(7)}.json`), '{"checksum":"')
  assert.is((await whys(setup, pipeline.replace('size: 8', 'size: 6')))['base'], 'never run')
})
