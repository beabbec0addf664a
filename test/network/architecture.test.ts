import { Ajv2020 } from 'ajv/dist/2020.js'
import { publishedLayer } from '../../src/network/published-layer.js'
import { describeNetwork } from '../../src/network/describe.js'
import { resolveNetwork } from '../../src/network/architecture.js'
import { untrainable } from '../../src/network/trainable.js'
import { weightSpecs } from '../../src/network/propagate.js'
import { assert, suite } from '../suite.js'

const test = suite('architecture')

const digits = {
  layers: [
    { conv2d: { filters: 32, kernelSize: 3, activation: 'relu' } },
    'maxPooling2d',
    { conv2d: { filters: 64, kernelSize: 3, activation: 'relu' } },
    { maxPooling2d: null },
    'flatten',
    { dense: { units: 64, activation: 'relu' } },
    { dense: { units: 10, activation: 'softmax' } },
  ],
}

const faultsOf = (layers: unknown[], shape: number[] | undefined = [28, 28, 1], options = {}) =>
  resolveNetwork({ layers }, shape, options).faults

const brief = (layers: unknown[], shape?: number[], options = {}) =>
  faultsOf(layers, shape, options).map(({ code, path }) => `${code} ${path?.join('.')}`)

test('the classic digit classifier has the counts that Keras prints', () => {
  const { network, faults } = resolveNetwork(digits, [28, 28, 1], { classes: 10 })
  assert.equal(faults, [])
  const description = describeNetwork(network!)
  assert.equal(description.parameters, { exact: 320 + 18_496 + 1600 * 64 + 64 + 650 })
  // 26·26·32·9·1 + 11·11·64·9·32 + 1600·64 + 64·10
  assert.equal(description.macs, { exact: 194_688 + 2_230_272 + 102_400 + 640 })
  assert.equal(description.outputShape, [10])
  assert.equal(
    weightSpecs(network!).map(({ name }) => name),
    ['conv2d_1', 'conv2d_2', 'dense_1', 'dense_2'].flatMap(name => [`${name}/kernel`, `${name}/bias`]),
  )
  assert.equal(untrainable(network!), [])
})

test('defaults are filled in, and the recipe itself is left as it was', () => {
  const written = { layers: [{ batchNormalization: { momentum: 0.9 } }] }
  const { network } = resolveNetwork(written, [4])
  assert.is(network!.layers[0]!.config['momentum'], 0.9)
  assert.is(network!.layers[0]!.config['epsilon'], 0.001)
  assert.equal(written, { layers: [{ batchNormalization: { momentum: 0.9 } }] })
})

test('unnamed layers are counted by type, and step over names that are taken', () => {
  const { network } = resolveNetwork(
    {
      layers: [
        'flatten',
        { dense: { units: 2 } },
        { dense: { units: 2, name: 'dense_2' } },
        { dense: { units: 2 } },
      ],
    },
    [3],
  )
  assert.equal(
    network!.layers.map(({ name, from }) => `${from.join()}>${name}`),
    ['input>flatten_1', 'flatten_1>dense_1', 'dense_1>dense_2', 'dense_2>dense_3'],
  )
})

test('every mistake is found in one go, at its own place', () => {
  const layers = [
    { conv2d: { filters: '8', kernelSize: 3, activaton: 'relu', name: 'a' } },
    { cnv2d: { filters: 8 } },
    { conv2d: { filters: 4, kernelSize: [3, 3, 3] } },
    { maxPooling2d: {}, flatten: {} },
    'dense',
    { dense: { units: 3, from: 'b' } },
  ]
  assert.equal(
    new Set(brief(layers)),
    new Set([
      'wrong-type layers.0.conv2d.filters',
      'unknown-key layers.0.conv2d.activaton',
      'unknown-layer layers.1.cnv2d',
      'wrong-value layers.2.conv2d.kernelSize',
      'wrong-value layers.3',
      'missing-key layers.4',
      'unknown-from layers.5.dense.from',
    ]),
  )
})

test('a hint names the nearest word', () => {
  const hint = (layers: unknown[]) => faultsOf(layers)[0]?.hint
  assert.is(hint([{ conv2: { filters: 1 } }]), 'Did you mean "conv2d"?')
  assert.is(hint([{ conv2d: { filters: 1, kernelSize: 1, kernelsize: 1 } }]), 'Did you mean "kernelSize"?')
  assert.is(hint([{ activation: { activation: 'rleu' } }]), 'Did you mean "relu"?')
  assert.is(
    hint([{ flatten: { name: 'flat' } }, { dense: { units: 1, from: 'falt' } }]),
    'Did you mean "flat"?',
  )
})

test('shapes that cannot fit are blamed on the field, and nothing echoes', () => {
  assert.equal(
    brief([{ conv2d: { filters: 1, kernelSize: 5 } }, 'flatten', { dense: { units: 1 } }], [4, 4, 1]),
    ['shape-mismatch layers.0.conv2d.kernelSize'],
  )
  assert.equal(brief([{ dense: { units: 1 } }], [4, 4, 1]), ['shape-mismatch layers.0.dense'])
  assert.equal(brief(['flatten', 'maxPooling2d'], [4, 4, 1]), ['shape-mismatch layers.1'])
  assert.equal(brief([{ maxPooling2d: { poolSize: 3 } }], [2, 4, 1]), [
    'shape-mismatch layers.0.maxPooling2d.poolSize',
  ])
  assert.equal(brief([{ batchNormalization: { axis: 4 } }], [4, 4, 1]), [
    'shape-mismatch layers.0.batchNormalization.axis',
  ])
  assert.equal(brief([{ conv2d: { filters: 1, kernelSize: 5, padding: 'same' } }], [1, 1, 1]), [])
})

test('graphs: unused layers, later inputs, doubled names, too many inputs', () => {
  assert.equal(brief([{ dense: { units: 2, name: 'x' } }, { dense: { units: 2, from: 'input' } }], [3]), [
    'unused-layer layers.0.dense',
  ])
  assert.equal(brief([{ dense: { units: 2, from: 'y' } }, { dense: { units: 2, name: 'y' } }], [3]), [
    'unknown-from layers.0.dense.from',
  ])
  assert.equal(
    brief(
      [
        { dense: { units: 2, name: 'y' } },
        { dense: { units: 2, name: 'y' } },
        { dropout: { rate: 0.1, name: 'input' } },
      ],
      [3],
    ),
    ['duplicate-name layers.1.dense.name', 'duplicate-name layers.2.dropout.name'],
  )
  assert.equal(
    brief([{ dense: { units: 2, name: 'y' } }, { dense: { units: 2, from: ['y', 'input'] } }], [3]),
    ['layer-inputs layers.1.dense.from'],
  )
})

test('the output is held against the data', () => {
  assert.equal(brief([{ dense: { units: 9 } }], [3], { classes: 10 }), ['class-count layers.0.dense.units'])
  assert.equal(brief([{ dense: { units: 1 } }], [3], { classes: 2 }), [])
  assert.equal(brief([{ dense: { units: 1 } }], [3], { targets: 2 }), ['class-count layers.0.dense.units'])
  assert.equal(brief(['maxPooling2d'], [4, 4, 2], { classes: 2 }), ['class-count layers.0'])
})

test('without an input shape, what needs none is still checked', () => {
  assert.equal(
    resolveNetwork({ layers: ['flaten', { dense: { units: 0 } }] }, undefined).faults.map(({ code }) => code),
    ['unknown-layer', 'out-of-range'],
  )
})

test('dilated convolutions are named as untrainable', () => {
  const { network } = resolveNetwork(
    { layers: [{ conv2d: { filters: 1, kernelSize: 2, dilationRate: 2 } }] },
    [5, 5, 1],
  )
  assert.equal(
    untrainable(network!).map(({ path }) => path),
    [['layers', 0, 'conv2d']],
  )
})

test('merges and reshapes that cannot fit', () => {
  const image = [4, 4, 2]
  const conv = (name: string, filters: number) => ({
    conv2d: { name, filters, kernelSize: 1, from: 'input' },
  })
  assert.equal(brief([conv('a', 2), conv('b', 3), { add: { from: ['a', 'b'] } }], image), [
    'shape-mismatch layers.2.add.from',
  ])
  assert.equal(
    brief(
      [conv('a', 2), { maxPooling2d: { name: 'b', from: 'input' } }, { concatenate: { from: ['a', 'b'] } }],
      image,
    ),
    ['shape-mismatch layers.2.concatenate.from'],
  )
  assert.equal(brief([conv('a', 2), 'add'], image), ['layer-inputs layers.1'])
  assert.equal(brief([{ reshape: { targetShape: [5, -1] } }], image), [
    'shape-mismatch layers.0.reshape.targetShape',
  ])
  assert.equal(brief([{ reshape: { targetShape: [-1, -1] } }], image), [
    'shape-mismatch layers.0.reshape.targetShape',
  ])
  assert.equal(brief([{ permute: { dims: [1, 1, 2] } }], image), ['shape-mismatch layers.0.permute.dims'])
  assert.equal(brief([{ cropping2d: { cropping: 2 } }], image), [
    'shape-mismatch layers.0.cropping2d.cropping',
  ])
  assert.equal(brief([{ conv2d: { filters: 1, kernelSize: 2, strides: 2, dilationRate: 2 } }], image), [
    'shape-mismatch layers.0.conv2d.dilationRate',
  ])
})

test('multiply–accumulates, counted by hand', () => {
  const macs = (layers: unknown[], shape: number[]) =>
    describeNetwork(resolveNetwork({ layers }, shape).network!).macs
  const image = [5, 7, 3]
  // 5·7 places, 2·2 taps, 3 channels twice; then 6 channels to 4.
  assert.equal(
    macs([{ separableConv2d: { filters: 4, kernelSize: 2, padding: 'same', depthMultiplier: 2 } }], image),
    { exact: 35 * 4 * 6 + 35 * 6 * 4 },
  )
  assert.equal(macs([{ depthwiseConv2d: { kernelSize: [2, 3], strides: 2 } }], image), {
    exact: 2 * 3 * 6 * 3,
  })
  assert.equal(macs([{ conv2dTranspose: { filters: 4, kernelSize: 3, strides: 2 } }], image), {
    exact: 35 * 9 * 12,
  })
  // Each of 6 steps: 4 gates of (3 inputs + 2 states) · 2 units.
  assert.equal(macs([{ lstm: { units: 2 } }], [6, 3]), { exact: 6 * 4 * 5 * 2 })
  assert.equal(macs([{ dense: { units: 2 } }], [6, 3]), { exact: 6 * 3 * 2 })
  assert.equal(macs([{ embedding: { inputDim: 9, outputDim: 2 } }], [6]), { exact: 0 })
})

test('the published schema takes what resolving takes, and no more', () => {
  const fits = new Ajv2020({ strict: false }).compile(publishedLayer())
  const good = [
    'flatten',
    'maxPooling2d',
    { conv2d: { filters: 1, kernelSize: [1, 2], name: 'a', from: 'input' } },
    { add: { from: ['a', 'b'] } },
    { lstm: { units: 3 } },
  ]
  for (const layer of good) assert.ok(fits(layer), JSON.stringify(layer))
  const bad = [
    'dense',
    'flaten',
    { dense: {} },
    { dense: { units: 1, unit: 2 } },
    { flatten: {}, dense: { units: 1 } },
  ]
  for (const layer of bad) assert.not(fits(layer), JSON.stringify(layer))
})
