import { rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { openEngine } from '../../src/engine/open.js'
import { layers as library } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { artifactsOf, bring, saveModel, writeModel } from './model-rig.js'

const test = suite('model-faults')

test.before(async () => {
  await openEngine('cpu')
})

const small = () =>
  library.sequential({ layers: [library.layers.dense({ inputShape: [3], units: 2, name: 'fc' })] })

type Json = Record<string, unknown>

/** A model's JSON with a part of it changed, and its weights. */
const changed = async (
  change: (layer: Json, json: Json) => void,
  made: library.LayersModel = small(),
): Promise<string> => {
  const { modelTopology, weightSpecs, weightData } = await artifactsOf(made)
  const json = structuredClone({
    modelTopology,
    weightsManifest: [{ paths: ['w.bin'], weights: weightSpecs }],
  }) as Json
  const config = (json['modelTopology'] as { config: { layers: Json[] } }).config
  change(config.layers.at(-1)!, json)
  return writeModel(json, { 'w.bin': new Uint8Array(weightData as ArrayBuffer) }).file
}

const faultsOf = async (tfjs: string, more: object = {}) =>
  (await bring({ source: { tfjs }, ...more })).prediction

const is = async (tfjs: string, code: string, words: string | RegExp, more: object = {}): Promise<void> => {
  const { faults, outputs } = await faultsOf(tfjs, more)
  assert.is(faults!.length, 1, JSON.stringify(faults))
  assert.is(faults![0]!.code, code)
  assert.match(faults![0]!.message, words)
  assert.equal(outputs, {})
}

test('shards that are missing, cut off or elsewhere', async () => {
  const missing = await saveModel(small(), 20)
  rmSync(join(missing.folder, 'shard2.bin'))
  await is(missing.file, 'file-missing', 'shard2.bin')
  const cut = await saveModel(small())
  truncateSync(join(cut.folder, 'shard1.bin'), 31)
  await is(cut.file, 'file-corrupt', '31 bytes where model.json promises 32')
  const elsewhere = await changed((_, json) => {
    ;(json['weightsManifest'] as Json[])[0]!['paths'] = ['../w.bin']
  })
  await is(elsewhere, 'file-format', 'outside its folder')
  await is(join(cut.folder, 'other.json'), 'file-missing', 'other.json')
})

test('files that hold no layers model', async () => {
  await is(writeModel('{"modelTopology": ', {}).file, 'file-format', 'not JSON')
  await is(writeModel('[]', {}).file, 'file-format', 'does not hold a model')
  await is(writeModel({ format: 'graph-model', modelTopology: {} }, {}).file, 'model-format', 'graph model')
  await is(writeModel({ modelTopology: { node: [] } }, {}).file, 'model-format', 'graph model')
  await is(writeModel({ weightsManifest: [] }, {}).file, 'file-format', 'modelTopology')
  await is(writeModel({ modelTopology: {} }, {}).file, 'file-format', 'weightsManifest')
  await is(
    writeModel({ modelTopology: { class_name: 'Model', config: { layers: [] } }, weightsManifest: [] }, {})
      .file,
    'model-layer',
    '0 inputs',
  )
  const { prediction } = await bring({ source: { onnx: 'net.onnx' } })
  assert.equal(prediction.faults![0]!.path, ['source', 'onnx'])
})

test('layers and settings that the catalogue does not have name the layer', async () => {
  await is(
    await changed(layer => {
      layer['class_name'] = 'ConvLSTM2D'
    }),
    'model-layer',
    /"fc" is a ConvLSTM2D/,
  )
  const setting = (key: string, value: unknown) =>
    changed(layer => {
      ;(layer['config'] as Json)[key] = value
    })
  await is(await setting('lora_rank', 4), 'model-layer', /"fc" \(Dense\) has lora_rank = 4/)
  await is(await setting('activation', 'cubic'), 'model-layer', /layer "fc": activation/)
  await is(await setting('batch_input_shape', [null, null]), 'model-layer', /fixed size/)
  await is(await setting('units', 3), 'model-layer', /"fc\/kernel" is 3×2, and layer "fc" needs 3×3/).catch(
    async () => {
      const { faults } = await faultsOf(await setting('units', 3))
      assert.is(faults!.length, 2)
      assert.match(faults![0]!.message, 'is 3×2, and layer "fc" needs 3×3')
    },
  )
  const unnamed = await changed((_, json) => {
    const [group] = json['weightsManifest'] as { weights: Json[] }[]
    group!.weights[1]!['name'] = 'elsewhere/bias'
  })
  await is(unnamed, 'model-layer', 'layer "fc" has no weight "bias"')
})

test('models with several inputs, outputs or uses of a layer', async () => {
  const input = library.input({ shape: [3] })
  const dense = library.layers.dense({ units: 3, name: 'shared' })
  const once = dense.apply(input) as library.SymbolicTensor
  const twice = dense.apply(once) as library.SymbolicTensor
  await is(
    (await saveModel(library.model({ inputs: input, outputs: twice }))).file,
    'model-layer',
    /"shared" is used 2/,
  )
  const other = library.layers.dense({ units: 1 }).apply(input) as library.SymbolicTensor
  const third = library.layers.dense({ units: 1 }).apply(input) as library.SymbolicTensor
  await is(
    (await saveModel(library.model({ inputs: input, outputs: [other, third] }))).file,
    'model-layer',
    '2 outputs',
  )
  const second = library.input({ shape: [3] })
  const sum = library.layers.add().apply([input, second]) as library.SymbolicTensor
  await is(
    (await saveModel(library.model({ inputs: [input, second], outputs: sum }))).file,
    'model-layer',
    '2 inputs',
  )
})

test('names of classes must be as many as the outputs', async () => {
  const { file } = await saveModel(small())
  await is(file, 'class-count', '3 names', { classNames: ['a', 'b', 'c'] })
})
