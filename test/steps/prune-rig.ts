import { Value } from 'typebox/value'
import { noCheckpoints } from '../../src/core/checkpoint.js'
import type { Artifact } from '../../src/core/artifact.js'
import type { Key } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import type { StepContext, StepOutput } from '../../src/core/step-file.js'
import { identity } from '../../src/data/normalization.js'
import { storeDataset } from '../../src/data/store-dataset.js'
import { initialModel } from '../../src/model/initial.js'
import type { Model } from '../../src/model/model.js'
import { loadModel, storeModel } from '../../src/model/store-model.js'
import { resolveNetwork } from '../../src/network/architecture.js'
import type { ModelDescription } from '../../src/network/description.js'
import type { Network } from '../../src/network/network.js'
import { params, type PruneConfig } from '../../src/steps/prune/fields.js'
import { run } from '../../src/steps/prune/run.js'
import { prune } from '../../src/steps/prune/spec.js'
import type { DatasetDescription } from '../../src/sources/description.js'

export const settings = (written: object): PruneConfig => Value.Default(params, written) as PruneConfig

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

export const networkOf = (layers: readonly unknown[], shape: readonly number[]): Network => {
  const { network, faults } = resolveNetwork({ layers }, shape)
  if (!network) throw new Error(JSON.stringify(faults))
  return network
}

/** A model with normal weights, moving variances above 0. */
export const randomModel = (network: Network, seed: number): Model => {
  const random = stream(seed, 'weights')
  const model = initialModel(network, seed)
  return {
    ...model,
    weights: model.weights.map(weight => ({
      ...weight,
      data: Float32Array.from(weight.data, () =>
        weight.name.endsWith('movingVariance') ? 0.5 + random.uniform() : random.normal(),
      ),
    })),
  }
}

/** A dataset whose split `train` is these features, `count × ...shape`. */
export const datasetOf = (features: Float32Array, shape: readonly number[]): Promise<Artifact> => {
  const train = features.length / shape.reduce((a, b) => a * b, 1)
  return storeDataset(
    { type: 'dataset', task: 'classification', shape, classes: 2, examples: { train } },
    identity,
    { train: { features, labels: new Int32Array(train) } },
    bytes => context.put(bytes),
  )
}

export interface Ran {
  readonly output: StepOutput
  readonly model: Model
  readonly description: ModelDescription
}

/** Runs the step as the executor does: on stored artifacts. */
export const step = async (model: Model, written: object, data?: Artifact): Promise<Ran> => {
  const artifact = await storeModel(model, bytes => context.put(bytes))
  const output = await run(
    {
      instance: 'pruned',
      kind: 'prune',
      key: '' as Key,
      config: settings(written),
      inputs: {
        model: [{ from: 'base', output: 'model', artifact }],
        ...(data ? { data: [{ from: 'digits', output: 'data', artifact: data }] } : {}),
      },
      files: {},
      seed: 11,
      engine: { name: 'cpu', version: '' },
      threads: 1,
    },
    context,
  )
  const pruned = output.outputs['model']!
  return {
    output,
    model: await loadModel(pruned, digest => context.open(digest)),
    description: pruned.meta['description'] as ModelDescription,
  }
}

export const predicted = (written: object, model: ModelDescription, data?: DatasetDescription) =>
  prune.predict(settings(written), {
    model: [{ from: 'base', description: model }],
    ...(data ? { data: [{ from: 'digits', description: data }] } : {}),
  })

export const valuesOf = (model: Model, name: string): number[] => [
  ...model.weights.find(weight => weight.name === name)!.data,
]
