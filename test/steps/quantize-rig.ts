import { Value } from 'typebox/value'
import { noCheckpoints } from '../../src/core/checkpoint.js'
import type { Artifact } from '../../src/core/artifact.js'
import type { Digest, Key } from '../../src/core/brand.js'
import type { EngineName } from '../../src/core/engine-name.js'
import { digestOf } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import type { StepContext, StepOutput } from '../../src/core/step-file.js'
import { identity } from '../../src/data/normalization.js'
import { storeDataset } from '../../src/data/store-dataset.js'
import type { Model } from '../../src/model/model.js'
import { loadModel, storeModel } from '../../src/model/store-model.js'
import type { ModelDescription } from '../../src/network/description.js'
import type { DatasetDescription } from '../../src/sources/description.js'
import { type QuantizeConfig, params } from '../../src/steps/quantize/fields.js'
import { run } from '../../src/steps/quantize/run.js'
import { quantize } from '../../src/steps/quantize/spec.js'
import { networkOf } from '../model/networks.js'

export const settings = (written: object): QuantizeConfig => Value.Default(params, written) as QuantizeConfig

const objects = new Map<string, Uint8Array>()
export const context: StepContext = {
  open: async digest => objects.get(digest)!,
  put: async bytes => {
    const digest = digestOf(bytes)
    objects.set(digest, Uint8Array.from(bytes))
    return digest
  },
  emit: () => undefined,
  log: () => undefined,
  cancelled: () => false,
  threads: () => 1,
  checkpoint: noCheckpoints,
}
export const put = (bytes: Uint8Array): Promise<Digest> => context.put(bytes)

export const network = networkOf(
  [
    { conv2d: { filters: 5, kernelSize: 3, activation: 'relu' } },
    'maxPooling2d',
    'batchNormalization',
    'flatten',
    { dense: { units: 7, activation: 'relu' } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
  [8, 7, 2],
)

export const dataset = async (train: number): Promise<Artifact> => {
  const random = stream(5, 'data')
  return storeDataset(
    { type: 'dataset', task: 'classification', shape: [8, 7, 2], classes: 3, examples: { train } },
    identity,
    {
      train: {
        features: Float32Array.from({ length: train * 112 }, () => random.normal()),
        labels: Int32Array.from({ length: train }, (_, at) => at % 3),
      },
    },
    put,
  )
}

export const step = async (
  model: Model,
  written: object,
  data?: Artifact,
  engine: EngineName = 'cpu',
): Promise<{ output: StepOutput; model: Model; artifact: Artifact }> => {
  const artifact = await storeModel(model, put)
  const output = await run(
    {
      instance: 'int8',
      kind: 'quantize',
      key: '' as Key,
      config: settings(written),
      inputs: {
        model: [{ from: 'base', output: 'model', artifact }],
        ...(data ? { data: [{ from: 'digits', output: 'data', artifact: data }] } : {}),
      },
      files: {},
      seed: 11,
      engine: { name: engine, version: '' },
      threads: 1,
    },
    context,
  )
  const made = output.outputs['model']!
  return { output, artifact: made, model: await loadModel(made, digest => context.open(digest)) }
}

export const predicted = (written: object, model: ModelDescription, data?: DatasetDescription) =>
  quantize.predict(settings(written), {
    model: [{ from: 'base', description: model }],
    ...(data ? { data: [{ from: 'digits', description: data }] } : {}),
  })
