import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Key } from '../../src/core/brand.js'
import { noCheckpoints } from '../../src/core/checkpoint.js'
import { ProblemError } from '../../src/core/problem.js'
import type { StepContext } from '../../src/core/step-file.js'
import { Unreadable } from '../../src/sources/fault.js'
import { openFiles } from '../../src/sources/open-files.js'
import { stepFileOf } from '../../src/plan/step-file.js'
import { digestOf } from '../../src/core/hash.js'
import { run as runDataset } from '../../src/steps/dataset/run.js'
import { run as runModel } from '../../src/steps/model/run.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { codesOf, dataset, labels, makeWorld, pipeAt, planIn, put } from './rig.js'

const test = suite('files behind a recipe’s paths')

/** A dense layer of two by two without a bias. */
const model = (paths: readonly string[]): string =>
  JSON.stringify({
    modelTopology: {
      class_name: 'Sequential',
      config: {
        layers: [
          {
            class_name: 'Dense',
            config: { name: 'fc', units: 2, use_bias: false, batch_input_shape: [null, 2] },
          },
        ],
      },
    },
    weightsManifest: [{ paths, weights: [{ name: 'fc/kernel', shape: [2, 2], dtype: 'float32' }] }],
  })
const weights = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer)
const bring = 'steps: {m: {kind: model, source: {tfjs: m/model.json}}}\n'

test('shards: beside their model.json, or where the recipe may read', async () => {
  const world = makeWorld()
  const { project, outside } = world
  const at = (name: string): string => join(project, 'm', name)
  put(at('w.bin'), weights)
  put(join(outside, 'w.bin'), weights)
  const codes = async (paths: readonly string[], text = bring) => {
    writeFileSync(at('model.json'), model(paths))
    return codesOf(await planIn(world, text))
  }
  assert.equal(await codes(['w.bin']), [])
  assert.equal(await codes(['./w.bin']), [])
  assert.equal(await codes(['../m/w.bin']), ['file-format'])
  assert.equal(await codes([join(outside, 'w.bin')]), ['file-format'])
  assert.equal(await codes([`file://${at('w.bin')}`]), ['file-format'])
  assert.equal(await codes(['https://example.com/w.bin']), ['file-format'])
  assert.equal(await codes(['C:\\w.bin']), ['file-format'])
  assert.equal(await codes(['..\\w.bin']), ['file-format'])
  assert.equal(await codes(['w.bin\0']), ['file-format'])
  assert.equal(await codes(['x'.repeat(600)]), ['file-format'])
  assert.equal(await codes(['x'.repeat(300)]), ['file-unreadable'])
  assert.equal(await codes(['']), ['file-format'])
  assert.equal(await codes(['.']), ['file-format'])
  assert.equal(await codes(['w.bin', 'w.bin']), ['file-format'])
  symlinkSync(join(outside, 'w.bin'), at('link'))
  symlinkSync(outside, at('folder'))
  symlinkSync('w.bin', at('inside'))
  symlinkSync('loop', at('loop'))
  symlinkSync('/dev/zero', at('zero'))
  pipeAt(at('pipe'))
  assert.equal(await codes(['link']), ['path-outside'])
  assert.equal(await codes(['folder/w.bin']), ['path-outside'])
  assert.equal(await codes(['link'], `allowPaths: [../outside]\n${bring}`), [])
  assert.equal(await codes(['inside']), [])
  // A name of its own does not make a shard two.
  assert.equal(await codes(['inside', 'w.bin']), ['file-format'])
  assert.equal(await codes(['loop']), ['file-unreadable'])
  assert.equal(await codes(['zero']), ['path-outside'])
  assert.equal(await codes(['pipe']), ['file-format'])
})

test('folders: links are followed inside of the project, and refused out of it', async () => {
  const world = makeWorld()
  const { project, outside } = world
  const at = (...names: string[]): string => join(project, 'set', ...names)
  put(at('a'), 'a')
  put(at('sub/b'), 'b')
  const text = 'steps: {a: {kind: hashing, from: set}}\n'
  const found = async (more = text) => {
    const planned = await planIn(world, more)
    const digest = Object.values(planned.plan?.instances[0]?.files ?? {})[0]?.digest
    return { codes: codesOf(planned), digest }
  }
  const plain = await found()
  assert.equal(plain.codes, [])
  // What a step finds behind a link is part of what it is given.
  put(join(project, 'other'), '1')
  symlinkSync('../other', at('link'))
  const one = await found()
  put(join(project, 'other'), '2')
  const two = await found()
  assert.equal([one.codes, two.codes], [[], []])
  assert.is(new Set([plain.digest, one.digest, two.digest]).size, 3)
  rmSync(at('link'))
  assert.is((await found()).digest, plain.digest)

  symlinkSync(join(outside, 'images'), at('out'))
  assert.equal((await found()).codes, ['path-outside'])
  assert.equal((await found(`allowPaths: [../outside]\n${text}`)).codes, [])
  rmSync(at('out'))
  symlinkSync(outside, at('sub/out'))
  assert.equal((await found()).codes, ['path-outside'])
  rmSync(at('sub/out'))
  symlinkSync('..', at('sub/up'))
  assert.equal((await found()).codes, ['file-unreadable'])
  rmSync(at('sub/up'))
  symlinkSync('nothing', at('dangling'))
  assert.equal(await found(), plain)
  pipeAt(at('pipe'))
  assert.equal((await found()).codes, ['file-unreadable'])
})

test('what has no end, or waits, is not hashed', async () => {
  const world = makeWorld()
  pipeAt(join(world.project, 'pipe'))
  const codes = async (from: string) =>
    codesOf(
      await planIn(
        world,
        'params: {from: {type: path}}\nsteps: {a: {kind: hashing, from: "${{ params.from }}"}}\n',
        {
          set: { from },
        },
      ),
    )
  for (const from of ['/dev/zero', '/dev/null', 'pipe', '/proc/self/environ', '/proc/kmsg'])
    assert.equal(await codes(from), ['file-unreadable'], from)
})

const context: StepContext = {
  open: () => Promise.reject(new Error('nothing to open')),
  put: bytes => Promise.resolve(digestOf(bytes)),
  emit: () => undefined,
  log: () => undefined,
  cancelled: () => false,
  threads: () => 1,
  checkpoint: noCheckpoints,
}

test('a step reads what was planned, or nothing', async () => {
  const world = makeWorld()
  const { project, outside } = world
  const images = join(project, 'data/images')
  const codes = async (text: string, between: () => void) => {
    const planned = await planIn(world, text)
    assert.equal(codesOf(planned), [])
    const [instance] = planned.plan!.instances
    between()
    const step = stepFileOf(instance!, '' as Key, {}) as never
    try {
      await (instance!.kind === 'model' ? runModel : runDataset)(step, context)
      return []
    } catch (error) {
      assert.instance(error, ProblemError)
      return codesOf(error as ProblemError)
    }
  }
  const data = dataset('data/images')
  assert.equal(await codes(data, () => undefined), [])
  // The link that was checked leads elsewhere when the step runs.
  put(join(outside, 'secret'), labels)
  const swap = (path: string, target: string) => () => {
    rmSync(path)
    symlinkSync(target, path)
  }
  assert.equal(await codes(data, swap(images, join(outside, 'secret'))), ['file-changed'])
  rmSync(images)
  pipeAt(images)
  const again = makeWorld()
  renameSync(join(again.project, 'data/images'), join(project, 'data/kept'))
  assert.equal(
    await codes(dataset('data/kept'), () => {
      rmSync(join(project, 'data/kept'))
      pipeAt(join(project, 'data/kept'))
    }),
    ['file-format'],
  )
  put(join(project, 'm/w.bin'), weights)
  put(join(project, 'm/model.json'), model(['w.bin']))
  assert.equal(await codes(bring, () => undefined), [])
  put(join(outside, 'w.bin'), new Uint8Array(16))
  assert.equal(await codes(bring, swap(join(project, 'm/w.bin'), join(outside, 'w.bin'))), ['file-changed'])
  rmSync(join(project, 'm/w.bin'))
  put(join(project, 'm/w.bin'), weights)
  // Another model.json, which names a shard that nobody hashed.
  put(join(project, 'm/x.bin'), weights)
  assert.equal(await codes(bring, () => put(join(project, 'm/model.json'), model(['x.bin']))), [
    'file-changed',
  ])
})

test('a file that is replaced while it is read stays what it was; one that is written to is told', async () => {
  const folder = emptyFolder()
  const path = join(folder, 'a')
  const other = join(folder, 'b')
  put(path, 'first')
  const promised = { [path]: { digest: digestOf('first') } }
  const files = openFiles()
  try {
    await files.hold(promised)
    put(other, 'other')
    renameSync(other, path)
    const file = await files.open(path)
    assert.is(Buffer.from(await file.read(0, file.size)).toString(), 'first')
    await files.holdStill()
  } finally {
    await files.close()
  }
  const later = openFiles()
  put(path, 'first')
  try {
    await later.hold(promised)
    // As long as before, in the same moment: only its bytes tell.
    put(path, 'fiRst')
    await later.holdStill().then(
      () => assert.unreachable(),
      (error: unknown) => {
        assert.instance(error, Unreadable)
        assert.is((error as Unreadable).fault.code, 'file-changed')
      },
    )
  } finally {
    await later.close()
  }
})

test('the store: a link out of the project is refused, one that is named is not', async () => {
  const world = makeWorld()
  const { project, outside } = world
  const data = dataset('data/images')
  const store = join(project, '.trimtab')
  symlinkSync(outside, store)
  assert.equal(codesOf(await planIn(world, data)), ['store-outside'])
  assert.equal(codesOf(await planIn(world, data, { store: outside })), [])
  rmSync(store)
  mkdirSync(join(project, 'kept'))
  symlinkSync('kept', store)
  assert.equal(codesOf(await planIn(world, data)), [])
  rmSync(store)
  mkdirSync(store)
  symlinkSync(outside, join(store, 'objects'))
  assert.equal(codesOf(await planIn(world, data)), ['store-outside'])
})
