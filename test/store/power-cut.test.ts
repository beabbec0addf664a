import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Digest, Key } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import { openDigestCache } from '../../src/store/digest-cache.js'
import { openStore } from '../../src/store/open.js'
import type { StoredResult } from '../../src/store/store.js'
import { verifyStore } from '../../src/store/verify/verify-store.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { cutPower, type Cut } from './power-cut-disk.js'
import { listen, type Told } from './told-disk.js'

const test = suite('a power cut')

const bodies = Array.from({ length: 6 }, (_, at) => Buffer.alloc(at === 5 ? 270_000 : 50 + at, `body ${at}`))

const resultOf = (name: string, digests: readonly Digest[]): StoredResult => ({
  key: digestOf(name) as unknown as Key,
  kind: 'k',
  instance: name,
  output: {
    outputs: {
      file: {
        type: 'file',
        digest: digests[0]!,
        bytes: 1,
        storedBytes: 1,
        objects: Object.fromEntries(digests.map((digest, at) => [`part${at}`, { digest, bytes: 1 }])),
        meta: {},
      },
    },
  },
  seconds: 1,
  parts: {},
})

const names = ['one', 'two', 'three']
const keyOf = (name: string): Key => digestOf(name) as unknown as Key

/** A run that stores three results of two objects each, as the disk is told of it. */
const record = async (): Promise<{ readonly root: string; readonly told: readonly Told[] }> => {
  const root = emptyFolder()
  const folder = join(root, '.trimtab')
  const { told, stop } = listen(root)
  try {
    const store = await openStore(folder)
    const run = await store.runs.open(new Date(1_790_000_000_000))
    for (const [at, name] of names.entries()) {
      run.append({ type: 'started', time: 1, instance: name, attempt: 1, lane: 'compute' })
      const digests = await Promise.all([2 * at, 2 * at + 1].map(each => store.objects.put(bodies[each]!)))
      await store.results.save(resultOf(name, digests))
      for (const digest of digests) told.push({ type: 'promised', what: digest })
      told.push({ type: 'promised', what: name })
      run.append({ type: 'finished', time: 1, instance: name, seconds: 1, metrics: {} })
      await turn()
    }
    const source = await store.objects.put(Buffer.from('trimtab: 1'))
    await run.close({
      version: 2,
      id: run.id,
      asked: { sources: [{ digest: source }] },
      instances: [],
    } as never)
    told.push({ type: 'promised', what: source })
    told.push({ type: 'promised', what: run.id })
  } finally {
    stop()
  }
  return { root, told }
}

/** Makes what is remembered of objects fit the files that are there, as on a disk whose inodes and times outlive the cut. */
const keepMemory = (folder: string): void => {
  const path = join(folder, 'digests')
  if (!existsSync(path)) return
  const cache = openDigestCache(folder)
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const digest = /^[0-9a-f]{8}\t([0-9a-f]{64})\t/.exec(line)?.[1]
    const object = digest && join(folder, 'objects', digest.slice(0, 2), digest.slice(2))
    if (!object || !existsSync(object)) continue
    utimesSync(object, 1_600_000_000, 1_600_000_000)
    cache.wrote(object, `sha256:${digest}` as Digest)
  }
  cache.flush()
}

/** What is wrong with a store that a power cut left, given what the program could rely on before it. */
const faultsOf = async (folder: string, promised: ReadonlySet<string>): Promise<string[]> => {
  const faults: string[] = []
  keepMemory(folder)
  const store = await openStore(folder)
  for (const name of names) {
    const { result, problems } = await store.results.find(keyOf(name))
    if (!result) {
      if (promised.has(name)) faults.push(`the result of ${name} is lost`)
      if (problems.some(({ severity }) => severity === 'error')) faults.push(`an error for ${name}`)
      continue
    }
    for (const { digest } of Object.values(result.output.outputs['file']!.objects)) {
      const path = store.objects.path(digest)
      if (!existsSync(path)) faults.push(`${name} is a hit, and an object of it is missing`)
      else if (digestOf(readFileSync(path)) !== digest)
        faults.push(`${name} is a hit, and an object of it is torn`)
    }
  }
  for (const digest of [...bodies, 'trimtab: 1'].map(digestOf)) {
    if (promised.has(digest) && !(await store.objects.verify(digest))) faults.push(`${digest} is lost`)
  }
  const listed = [...(await store.runs.list()), ...(await store.runs.unfinished())]
  const id = [...promised].find(each => /^\d{8}-/.test(each))
  if (id !== undefined && !(await store.runs.read(id))) faults.push('the record is lost')
  if (existsSync(join(folder, 'runs')) && listed.length !== readdirSync(join(folder, 'runs')).length)
    faults.push('a run is not listed')
  return faults
}

/** Faults after cuts at every moment; `deaf`: what the disk does not do though it was told. */
const faultsAfterCuts = async (
  { root, told }: Awaited<ReturnType<typeof record>>,
  draws: number,
  every = 1,
  deaf: (each: Told) => boolean = () => false,
): Promise<{ readonly cuts: number; readonly faults: ReadonlySet<string> }> => {
  const faults = new Set<string>()
  const target = join(emptyFolder(), 'after')
  let cuts = 0
  for (let at = 0; at <= told.length; at += every) {
    const promised = new Set(told.slice(0, at).flatMap(each => (each.type === 'promised' ? [each.what] : [])))
    const heard = told.slice(0, at).filter(each => !deaf(each))
    for (let draw = 0; draw < draws; draw++) {
      const random = stream(7, `cut ${at} ${draw}`)
      // All of what was not synced is lost, all of it is there, or some.
      const share = draw === 0 ? 0 : draw === 1 ? 1 : random.uniform()
      const cut: Cut = { random, keeps: () => random.uniform() < share }
      rmSync(target, { recursive: true, force: true })
      mkdirSync(target)
      cutPower(heard, root, target, cut)
      cuts++
      for (const fault of await faultsOf(join(target, '.trimtab'), promised)) faults.add(fault)
    }
    if (at % 5 > 0) continue
    const store = await openStore(join(target, '.trimtab'))
    await verifyStore({ store })
    if (!(await verifyStore({ store })).whole) faults.add('the second verify finds something')
  }
  return { cuts, faults }
}

test('at any moment leaves no wrong hit, and loses nothing that was promised', async () => {
  const recorded = await record()
  const { cuts, faults } = await faultsAfterCuts(recorded, 6)
  assert.equal([...faults], [])
  assert.ok(cuts > 400, `${cuts}`)
})

test('on a disk that syncs no file, or no folder, would be noticed by this very test', async () => {
  const recorded = await record()
  const noFiles = await faultsAfterCuts(recorded, 3, 2, ({ type }) => type === 'sync-file')
  assert.ok([...noFiles.faults].some(fault => /is lost/.test(fault)))
  assert.ok(
    [...noFiles.faults].some(fault => /an object of it is torn/.test(fault)),
    'what is remembered of an object relies on its sync',
  )
  const noFolders = await faultsAfterCuts(recorded, 3, 2, ({ type }) => type === 'sync-folder')
  assert.ok([...noFolders.faults].some(fault => /is lost/.test(fault)))
  assert.not.ok([...noFolders.faults].some(fault => /is a hit/.test(fault)))
})

test('the disk is told in the order that this takes', async () => {
  const { told } = await record()
  const indexOf = (matches: (each: Told) => boolean, from = 0): number => {
    const at = told.findIndex((each, index) => index >= from && matches(each))
    assert.ok(at >= 0)
    return at
  }
  for (const name of names) {
    const promised = indexOf(each => each.type === 'promised' && each.what === name)
    const rename = indexOf(each => each.type === 'rename' && each.to.endsWith(`${keyOf(name).slice(7)}.json`))
    const synced = indexOf(each => each.type === 'sync-folder' && each.path.endsWith('/results'), rename)
    assert.ok(rename < synced && synced < promised)
  }
  for (const body of bodies) {
    const digest = digestOf(body).slice(7)
    const object = `${digest.slice(0, 2)}/${digest.slice(2)}`
    const rename = indexOf(each => each.type === 'rename' && each.to.endsWith(object))
    const move = told[rename] as Told & { type: 'rename' }
    const made = told.find(each => each.type === 'create' && each.path === move.from) as Told & {
      type: 'create'
    }
    const synced = indexOf(each => each.type === 'sync-file' && each.file === made.file)
    const folder = indexOf(each => each.type === 'sync-folder' && move.to.startsWith(`${each.path}/`), rename)
    assert.ok(
      folder < indexOf(each => each.type === 'rename' && each.to.includes('/results/'), rename),
      'an object has its name before a result names it',
    )
    const remembered = indexOf(
      each =>
        each.type === 'write' &&
        Buffer.from(each.bytes).includes(`\t`) &&
        Buffer.from(each.bytes).includes(digest),
      rename,
    )
    assert.ok(synced < rename && rename < folder && rename < remembered)
  }
})

test('what lay in temporary files is never taken for an object or a result', async () => {
  const { root, told } = await record()
  const target = emptyFolder()
  const random = stream(7, 'temporary')
  cutPower(
    told.slice(
      0,
      told.findIndex(({ type }) => type === 'rename'),
    ),
    root,
    target,
    { random, keeps: () => true },
  )
  const store = await openStore(join(target, '.trimtab'))
  assert.ok(readdirSync(join(target, '.trimtab/tmp')).length > 0)
  assert.is(store.results.count(), 0)
  assert.ok(statSync(join(target, '.trimtab/runs')).isDirectory())
  assert.ok((await verifyStore({ store })).whole)
})
