import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { assert, suite } from '../suite.js'
import { bring, writeModel } from './model-rig.js'

const test = suite('model-bounds')

interface Layer {
  readonly class_name: string
  readonly config: Record<string, unknown>
}
const dense: Layer = {
  class_name: 'Dense',
  config: { name: 'fc', units: 2, use_bias: false, batch_input_shape: [null, 2] },
}
const kernel = { name: 'fc/kernel', shape: [2, 2], dtype: 'float32' }
const weights = (...numbers: number[]): Uint8Array => new Uint8Array(Float32Array.from(numbers).buffer)
const topology = (...layers: unknown[]) => ({ class_name: 'Sequential', config: { layers } })
const sound = {
  modelTopology: topology(dense),
  weightsManifest: [{ paths: ['w.bin'], weights: [kernel] as unknown[] }],
}
const shards = { 'w.bin': weights(1, 2, 3, 4) }

const told = async (json: unknown, bytes: Readonly<Record<string, Uint8Array>> = shards): Promise<string> => {
  const { prediction } = await bring({ source: { tfjs: writeModel(json, bytes).file } })
  return (prediction.faults ?? []).map(({ code, message }) => `${code}: ${message}`).join('\n')
}
const weighing = (weight: unknown) =>
  told({ ...sound, weightsManifest: [{ paths: ['w.bin'], weights: [weight] }] })

test('it is sound before', async () => {
  assert.is(await told(sound), '')
})

test('a model.json that is too large, too deep, too rich, or no UTF-8', async () => {
  assert.match(
    await told('['.repeat(100_000)),
    /^data-too-large: model\.json has lists and maps more than 60 deep/,
  )
  assert.match(
    await told(`[${'{},'.repeat(600_000)}{}]`),
    /^data-too-large: model\.json holds more than 500000 values/,
  )
  assert.match(
    await told(`"${'x'.repeat(17 * 2 ** 20)}"`),
    /^data-too-large: model\.json has more than the 16\.8 MB/,
  )
  // Brackets of a text are none of the file's.
  assert.match(
    await told(`{"a": "${'['.repeat(100)}\\"${'['.repeat(100)}"}`),
    /^file-format: model\.json has no modelTopology/,
  )
  const { file } = writeModel(sound, shards)
  writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]))
  const { prediction } = await bring({ source: { tfjs: file } })
  assert.match(prediction.faults![0]!.message, /is not JSON: it is not UTF-8/)
})

test('weights whose claims cannot be', async () => {
  assert.match(
    await weighing({ ...kernel, shape: [1e200, 1e200] }),
    /of 1e\+200×1e\+200 numbers, which no file can hold/,
  )
  assert.match(await weighing({ ...kernel, shape: [-2, 2] }), /"fc\/kernel" whose shape is \[-2,2\]/)
  assert.match(await weighing({ ...kernel, shape: new Array(40).fill(1) }), /whose shape is/)
  assert.match(await weighing({ ...kernel, dtype: { a: 1 } }), /of type \{"a":1\}, which is not known/)
  assert.match(await weighing({ ...kernel, dtype: 'constructor' }), /of type "constructor"/)
  assert.match(await weighing({ ...kernel, name: 'x'.repeat(600) }), /a weight whose name has 600 characters/)
  assert.match(await weighing('x'), /a weight without a name/)
  const packed = `{"name":"fc/kernel","shape":[2,2],"dtype":"float32","quantization":{"dtype":"uint8","scale":1e999,"min":0}}`
  const text = JSON.stringify(sound).replace(JSON.stringify(kernel), packed)
  assert.match(await told(text), /whose scale and min are null and 0/)
})

test('shards: one that gives its bytes twice, and more than a model has', async () => {
  const twice = (paths: readonly string[]) => ({
    ...sound,
    weightsManifest: [{ paths, weights: [{ ...kernel, shape: [2, 2 * paths.length] }] }],
  })
  assert.match(
    await told(twice(['w.bin', 'w.bin'])),
    /^file-format: model\.json names the shard w\.bin twice/,
  )
  assert.match(
    await told(twice(new Array(10_001).fill('w.bin'))),
    /^data-too-large: model\.json names 10001 shards/,
  )
  const { folder, file } = writeModel(twice(['w.bin', 'v.bin']), shards)
  symlinkSync('w.bin', join(folder, 'v.bin'))
  const { prediction } = await bring({ source: { tfjs: file } })
  assert.match(prediction.faults![0]!.message, /names the shard v\.bin twice/)
  const lacking = await told(twice(Array.from({ length: 50 }, (_, at) => `s${at}`)), {})
  assert.is(lacking.split('\n').length, 10)
  const below = writeModel({ ...sound, weightsManifest: [{ paths: ['a/b/w.bin'], weights: [kernel] }] }, {})
  mkdirSync(join(dirname(below.file), 'a/b'), { recursive: true })
  writeFileSync(join(dirname(below.file), 'a/b/w.bin'), shards['w.bin'])
  assert.equal((await bring({ source: { tfjs: below.file } })).prediction.faults, [])
})

test('a weight that is no number ends the step with its place', async () => {
  const { file } = writeModel(sound, { 'w.bin': weights(1, 2, NaN, 4) })
  const brought = await bring({ source: { tfjs: file } })
  assert.equal(brought.prediction.faults, [])
  await brought.run().then(
    () => assert.unreachable(),
    (error: unknown) =>
      assert.match(String(error), /number 2 of weight "fc\/kernel" is NaN \(byte 8 of its shards\)/),
  )
})

const input = {
  class_name: 'InputLayer',
  name: 'in',
  config: { name: 'in', batch_input_shape: [null, 2, 3] },
  inbound_nodes: [],
}
const chain = (count: number) => {
  const flat = (at: number) => ({
    class_name: 'Flatten',
    name: `f${at}`,
    config: { name: `f${at}` },
    inbound_nodes: [[[at === 0 ? 'in' : `f${at - 1}`, 0, 0, {}]]],
  })
  const layers = [input, ...Array.from({ length: count }, (_, at) => flat(at))]
  const ends = { input_layers: [['in', 0, 0]], output_layers: [[`f${count - 1}`, 0, 0]] }
  return { modelTopology: { class_name: 'Model', config: { layers, ...ends } }, weightsManifest: [] }
}

test('a chain of layers is as long as it is read, not as deep as a stack', async () => {
  assert.is(await told(chain(4000), {}), '')
  assert.match(
    await told(chain(5001), {}),
    /^model-layer: the model cannot be used: it has 5002 layers; at most 5000/,
  )
})

test('layers that give more than any machine holds, and names that are none', async () => {
  const large = (size: number) =>
    told({
      modelTopology: topology(
        {
          class_name: 'UpSampling2D',
          config: { name: 'u', size: [size, size], batch_input_shape: [null, 2, 2, 1] },
        },
        { class_name: 'UpSampling2D', config: { name: 'v', size: [size, size] } },
      ),
      weightsManifest: [],
    })
  assert.is(await large(4), '')
  assert.match(await large(100_000_000), /^model-layer: layer "u" gives .*: no machine holds so many numbers/)
  const odd = { ...dense, config: { ...dense.config, name: 'x'.repeat(600) } }
  assert.match(
    await told({ ...sound, modelTopology: topology(odd) }),
    /one of its layers has a name of 600 characters/,
  )
  const endless = JSON.stringify({
    ...sound,
    modelTopology: topology(dense, { class_name: 'LeakyReLU', config: { name: 'l', alpha: 7 } }),
  }).replace('"alpha":7', '"alpha":1e999')
  assert.match(
    await told(endless),
    /^model-layer: .*alpha of leakyReLU must be a number, at least 0, and is Infinity/,
  )
  const text = JSON.stringify(sound).replace('"units":2', '"__proto__":{"units":2},"units":2')
  assert.match(await told(text), /^model-layer: layer "fc" \(Dense\) has __proto__ = \{"units":2\}/)
})
