import { openEngine } from '../../src/engine/open.js'
import { layers as library, type tf } from '../../src/engine/tf.js'
import { artifactsOf } from '../steps/model-rig.js'

/** A model as tfjs saves it. `shards`: base64, by name. */
export interface Base {
  readonly name: string
  readonly json: Record<string, unknown>
  readonly shards: Readonly<Record<string, string>>
}

const { layers } = library

const networks: Readonly<Record<string, () => library.LayersModel>> = {
  dense: () =>
    library.sequential({
      layers: [
        layers.dense({ inputShape: [4], units: 5, activation: 'relu' }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  convolutions: () =>
    library.sequential({
      layers: [
        layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, activation: 'relu' }),
        layers.batchNormalization(),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.dropout({ rate: 0.5 }),
        layers.flatten(),
        layers.dense({ units: 2 }),
      ],
    }),
  depthwise: () =>
    library.sequential({
      layers: [
        layers.zeroPadding2d({ inputShape: [4, 4, 2], padding: 1 }),
        layers.depthwiseConv2d({ kernelSize: 2 }),
        layers.upSampling2d({ size: [2, 2] }),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 2 }),
      ],
    }),
  recurrent: () =>
    library.sequential({
      layers: [
        layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 4 }),
        layers.lstm({ units: 3 }),
        layers.repeatVector({ n: 2 }),
        layers.simpleRNN({ units: 2 }),
      ],
    }),
  branching: () => {
    const input = library.input({ shape: [4, 4, 3] })
    const left = layers
      .conv2d({ filters: 2, kernelSize: 1, padding: 'same' })
      .apply(input) as library.SymbolicTensor
    const right = layers
      .conv2d({ filters: 2, kernelSize: 3, padding: 'same' })
      .apply(input) as library.SymbolicTensor
    const sum = layers.add().apply([left, right]) as library.SymbolicTensor
    const both = layers.concatenate().apply([sum, left]) as library.SymbolicTensor
    const flat = layers.flatten().apply(both) as library.SymbolicTensor
    return library.model({
      inputs: input,
      outputs: layers.dense({ units: 2 }).apply(flat) as library.SymbolicTensor,
    })
  },
}

/** How the weights of a model are packed by tfjs's converter, and what numbers that gives. */
const packings = ['float32', 'uint8', 'uint16', 'float16'] as const

const packedWeights = (
  specs: readonly tf.io.WeightsManifestEntry[],
  data: ArrayBuffer,
  dtype: (typeof packings)[number],
): { readonly weights: unknown[]; readonly bytes: Buffer } => {
  if (dtype === 'float32') return { weights: [...specs], bytes: Buffer.from(data) }
  const width = dtype === 'uint8' ? 1 : 2
  const count = data.byteLength / 4
  const bytes = Buffer.alloc(count * width)
  for (let at = 0; at < count; at++)
    if (width === 1) bytes[at] = (at * 37) % 256
    else bytes.writeUInt16LE(dtype === 'float16' ? 0x3800 + (at % 1024) : (at * 3701) % 65536, at * 2)
  const quantization = dtype === 'float16' ? { dtype } : { dtype, scale: 0.01, min: -1 }
  return { weights: specs.map(spec => ({ ...spec, quantization })), bytes }
}

/** Models of several layer types, saved by tfjs, whole or in shards, plain or packed. */
export const tfjsBases = async (): Promise<readonly Base[]> => {
  await openEngine('cpu')
  const bases: Base[] = []
  for (const [name, make] of Object.entries(networks)) {
    const { modelTopology, weightSpecs, weightData } = await artifactsOf(make())
    // tfjs draws its weights without a seed; a case must be the same one each time.
    const count = (weightData as ArrayBuffer).byteLength / 4
    const data = Float32Array.from({ length: count }, (_, at) => ((at * 37) % 101) / 50 - 1).buffer
    for (const dtype of packings) {
      const { weights, bytes } = packedWeights(weightSpecs!, data, dtype)
      const size = bases.length % 2 === 0 ? bytes.length : 64
      const shards: Record<string, string> = {}
      for (let at = 0, count = 1; at < Math.max(1, bytes.length); at += size, count++)
        shards[`group1-shard${count}of.bin`] = bytes.subarray(at, at + size).toString('base64')
      bases.push({
        name: `${name} ${dtype}`,
        json: {
          format: 'layers-model',
          generatedBy: 'TensorFlow.js tfjs-layers',
          modelTopology: modelTopology as Record<string, unknown>,
          weightsManifest: [{ paths: Object.keys(shards), weights }],
        },
        shards,
      })
    }
  }
  return bases
}
