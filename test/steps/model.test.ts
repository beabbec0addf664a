import { openEngine } from '../../src/engine/open.js'
import { layers as library, tf } from '../../src/engine/tf.js'
import { buildRunnable } from '../../src/model/runnable.js'
import type { ModelDescription } from '../../src/network/description.js'
import { halfToFloat } from '../../src/core/half.js'
import { model as kind } from '../../src/steps/model/spec.js'
import { cases } from '../model/layer-cases.js'
import { apart, networkOf, oracle, randomInput, stirredModel, tfLayer } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { bring, saveModel, writeModel } from './model-rig.js'

const test = suite('model')

test.before(async () => {
  await openEngine('cpu')
})

test('every layer that tfjs saves comes back as it computes', async () => {
  for (const networks of Object.values(cases))
    for (const [layers, inputShape] of networks) {
      // tfjs does not save this one's depthMultiplier, and so cannot read it back either.
      if (JSON.stringify(layers).includes('separableConv2d') && inputShape[0] === 4) continue
      const network = networkOf(layers, inputShape)
      const made = oracle(stirredModel(network, 6), tfLayer)
      const { file } = await saveModel(made, 37)
      const brought = await bring({ source: { tfjs: file } })
      assert.equal(brought.prediction.faults, [], JSON.stringify(layers))
      const { model, output } = await brought.run()
      const promised = brought.prediction.outputs['model'] as ModelDescription
      const found = output.outputs['model']!.meta['description'] as ModelDescription
      assert.equal({ ...promised, nonZero: 0 }, { ...found, nonZero: 0 })
      const x = layers.some(layer => JSON.stringify(layer).includes('embedding'))
        ? tf.tensor([0, 1, 6, 3], [1, 4])
        : randomInput([2, ...inputShape])
      const expected = (made.predict(x) as tf.Tensor).dataSync()
      assert.ok(apart(buildRunnable(model).forward(x).output.dataSync(), expected) < 1e-6)
    }
})

test('a sequential model and a branching one, with names of their own', async () => {
  const sequential = library.sequential({
    layers: [
      library.layers.conv2d({
        inputShape: [6, 5, 2],
        filters: 3,
        kernelSize: 2,
        activation: 'hardSigmoid',
        name: 'block/one',
      }),
      library.layers.batchNormalization({ momentum: 0.9, name: '1st' }),
      library.layers.flatten(),
      library.layers.dense({ units: 2, activation: 'softmax', name: 'input' }),
    ],
  })
  const input = library.input({ shape: [4] })
  const left = library.layers.dense({ units: 3, activation: 'relu', name: 'left' }).apply(input)
  const right = library.layers.dense({ units: 3, name: 'left/right' }).apply(input)
  const sum = library.layers.add().apply([left, right] as library.SymbolicTensor[]) as library.SymbolicTensor
  const branching = library.model({ inputs: input, outputs: sum })
  for (const [made, names] of [
    [sequential, ['block_one', 'layer_1st', 'flatten_Flatten1', 'input_1']],
    [branching, ['left', 'left_right', 'add_Add1']],
  ] as const) {
    const { file } = await saveModel(made)
    const { model } = await (await bring({ source: { tfjs: file } })).run()
    names.forEach((name, at) => {
      const found = model.network.layers[at]!.name
      assert.ok(
        found === name || found.replace(/\d+$/, '') === name.replace(/\d+$/, ''),
        `${found} for ${name}`,
      )
    })
    const x = randomInput([3, ...model.network.inputShape])
    const expected = (made.predict(x) as tf.Tensor).dataSync()
    assert.ok(apart(buildRunnable(model).forward(x).output.dataSync(), expected) < 1e-6)
  }
})

/** As `tensorflowjs_converter` writes a Keras model: under `model_config`, Keras's names, weights packed. */
const converted = (version: 2 | 3) => ({
  format: 'layers-model',
  modelTopology: {
    keras_version: `${version}.0`,
    backend: 'tensorflow',
    model_config: {
      class_name: 'Functional',
      config: {
        name: 'small',
        layers: [
          {
            class_name: 'InputLayer',
            name: 'image',
            config: {
              name: 'image',
              [version === 2 ? 'batch_input_shape' : 'batch_shape']: [null, 2],
              sparse: false,
            },
            inbound_nodes: [],
          },
          {
            class_name: 'Dense',
            name: 'fc',
            config: {
              name: 'fc',
              trainable: true,
              dtype: version === 2 ? 'float32' : { class_name: 'DTypePolicy', config: { name: 'float32' } },
              units: 2,
              activation: 'linear',
              use_bias: true,
              kernel_initializer: { class_name: 'GlorotUniform', config: { seed: null } },
              bias_initializer: { class_name: 'Zeros', config: {} },
              kernel_regularizer: null,
              bias_constraint: null,
            },
            inbound_nodes:
              version === 2
                ? [[['image', 0, 0, {}]]]
                : [
                    {
                      args: [{ class_name: '__keras_tensor__', config: { keras_history: ['image', 0, 0] } }],
                      kwargs: {},
                    },
                  ],
          },
        ],
        input_layers: [['image', 0, 0]],
        output_layers: version === 2 ? [['fc', 0, 0]] : ['fc', 0, 0],
      },
    },
  },
  weightsManifest: [
    {
      paths: ['a.bin', 'b.bin'],
      weights: [
        {
          name: 'small/fc/kernel',
          shape: [2, 2],
          dtype: 'float32',
          quantization: { dtype: 'uint8', scale: 0.5, min: -1, original_dtype: 'float32' },
        },
        {
          name: 'small/fc/bias',
          shape: [2],
          dtype: 'float32',
          quantization: { dtype: 'float16', original_dtype: 'float32' },
        },
      ],
    },
  ],
})

test('what the converter writes for Keras 2 and 3, packed to 8 and 16 bits, in shards cut anywhere', async () => {
  // 0x3e00 is 1.5, 0xc100 is −2.5 in half precision.
  const bytes = Uint8Array.of(0, 1, 4, 255, 0x00, 0x3e, 0x00, 0xc1)
  for (const version of [2, 3] as const) {
    const { file } = writeModel(converted(version), {
      'a.bin': bytes.subarray(0, 5),
      'b.bin': bytes.subarray(5),
    })
    const brought = await bring({ source: { tfjs: file }, classNames: ['no', 'yes'] })
    assert.equal(brought.prediction.faults, [])
    assert.is(brought.files.length, 3)
    const { model, output } = await brought.run()
    assert.equal(
      model.weights.map(({ name, data }) => [name, [...data]]),
      [
        ['fc/kernel', [-1, -0.5, 1, 126.5]],
        ['fc/bias', [1.5, -2.5]],
      ],
    )
    assert.equal(model.classNames, ['no', 'yes'])
    assert.match(output.notes!.join(), 'uint8')
  }
})

test('the output of a small case is what revision 1 made of it', async () => {
  const shards = { 'a.bin': Uint8Array.of(0, 1, 4, 255, 0), 'b.bin': Uint8Array.of(0x3e, 0, 0xc1) }
  const { file } = writeModel(converted(2), shards)
  const { output } = await (await bring({ source: { tfjs: file } })).run()
  assert.is(kind.revision, 1)
  assert.is(
    output.outputs['model']!.digest,
    'sha256:b297a3f25d5c0f6668fcca509703f8e8c3a3faa969d8b9bef54ee94c8994dcf2',
  )
})

test('half precision, over its kinds of numbers', () => {
  const known = [
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ] as const
  for (const [bits, value] of known) assert.is(halfToFloat(bits), value)
  assert.ok(Number.isNaN(halfToFloat(0x7e00)))
})
