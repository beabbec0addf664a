import { mkdirSync, readFileSync, writeFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Artifact } from '../../src/core/artifact.js'
import type { Key } from '../../src/core/brand.js'
import { digestValue } from '../../src/core/hash.js'
import { openStore } from '../../src/store/open.js'
import { resultText } from '../../src/store/results.js'
import type { Store, StoredResult } from '../../src/store/store.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('store results')

const artifactOf = async (store: Store, ...bodies: string[]): Promise<Artifact> => {
  const objects: Record<string, { digest: Awaited<ReturnType<Store['objects']['put']>>; bytes: number }> = {}
  for (const body of bodies) {
    objects[body.slice(0, 8)] = {
      digest: await store.objects.put(Buffer.from(body)),
      bytes: Buffer.byteLength(body),
    }
  }
  const bytes = bodies.join('').length
  return {
    type: 'file',
    digest: digestValue({ type: 'file', objects, meta: {} }),
    bytes,
    storedBytes: bytes,
    objects,
    meta: {},
  }
}

const resultOf = async (store: Store, name: string, ...bodies: string[]): Promise<StoredResult> => ({
  key: digestValue(name) as string as Key,
  kind: 'copy',
  instance: name,
  output: {
    outputs: { file: await artifactOf(store, ...bodies) },
    metrics: { test: { accuracy: 0.9712, tiny: 1e-300, '10': 1, '2': -0.5 } },
  },
  seconds: 1.25,
  parts: { kind: 'copy', config: { ü: '\u2028"\\' } },
})

test('a saved result is found again, equal in every field', async () => {
  const folder = emptyFolder()
  const store = await openStore(folder)
  const result = await resultOf(store, 'a', 'one', 'two')
  assert.equal(await store.results.find(result.key), { problems: [] })
  await store.results.save(result)
  assert.equal(await (await openStore(folder)).results.find(result.key), { result, problems: [] })
  assert.equal(readdirSync(join(folder, 'results')), [`${result.key.slice(7)}.json`])
})

test('a result without objects or metrics is found', async () => {
  const store = await openStore(emptyFolder())
  const result: StoredResult = {
    key: 'plain' as Key,
    kind: 'nothing',
    instance: 'n',
    output: { outputs: {} },
    seconds: 0,
    parts: {},
  }
  await store.results.save(result)
  assert.equal((await store.results.find(result.key)).result, result)
})

test('a result whose checksum is right and whose objects have no digests for names is damaged', async () => {
  for (const digest of ['../../../etc/passwd', 'sha256:..', '', undefined, 7]) {
    const folder = emptyFolder()
    const store = await openStore(folder)
    const made = await resultOf(store, 'forged', 'one')
    const objects = { one: { digest: digest as never, bytes: 3 } }
    const outputs = { file: { ...made.output.outputs['file']!, objects } }
    mkdirSync(join(folder, 'results'))
    writeFileSync(store.results.path(made.key), resultText({ ...made, output: { outputs } }))
    const { result, problems } = await store.results.find(made.key)
    assert.not(result)
    assert.equal(
      problems.map(({ code }) => code),
      ['result-damaged'],
      String(digest),
    )
  }
})

test('a hit whose object is damaged or gone becomes a miss with a warning, once', async () => {
  const folder = emptyFolder()
  const store = await openStore(folder)
  const result = await resultOf(store, 'a', 'one', 'two')
  await store.results.save(result)
  const { one, two } = result.output.outputs['file']!.objects
  writeFileSync(store.objects.path(one!.digest), 'onf')
  rmSync(store.objects.path(two!.digest))
  const found = await store.results.find(result.key)
  assert.is(found.result, undefined)
  assert.equal(
    found.problems.map(({ code, severity }) => [code, severity]),
    [
      ['object-damaged', 'warning'],
      ['object-gone', 'warning'],
    ],
  )
  await resultOf(store, 'a', 'one', 'two')
  assert.equal((await store.results.find(result.key)).result, result, 'made again, it is a hit again')
})

test('a result that was edited, cut or misplaced is not believed', async () => {
  const folder = emptyFolder()
  const store = await openStore(folder)
  const result = await resultOf(store, 'a', 'one')
  const path = join(folder, 'results', `${result.key.slice(7)}.json`)
  const other = join(folder, 'results', `${'0'.repeat(64)}.json`)
  await store.results.save(result)
  const text = readFileSync(path, 'utf8')
  for (const damage of [
    text.replace('0.9712', '0.9912'),
    text.slice(0, -20),
    '',
    'null',
    '{}',
    '[1]',
    '{"checksum":1}',
  ]) {
    writeFileSync(path, damage)
    const found = await store.results.find(result.key)
    assert.is(found.result, undefined, damage)
    assert.equal(
      found.problems.map(each => each.code),
      ['result-damaged'],
    )
    assert.equal((await store.results.find(result.key)).problems, [], 'moved aside')
  }
  writeFileSync(other, text)
  assert.is((await store.results.find(`sha256:${'0'.repeat(64)}` as Key)).result, undefined)
})

test('a thousand results are found well within half a second', async () => {
  const store = await openStore(emptyFolder())
  const keys: Key[] = []
  for (let i = 0; i < 1000; i++) {
    const result = await resultOf(store, `s${i}`, `body of ${i}`)
    await store.results.save(result)
    keys.push(result.key)
  }
  const begun = performance.now()
  for (const key of keys) assert.ok((await store.results.find(key)).result)
  const took = performance.now() - begun
  assert.ok(took < 500, `${took.toFixed(0)} ms`)
})
