import { Value } from 'typebox/value'
import { noCheckpoints } from '../../src/core/checkpoint.js'
import type { Artifact } from '../../src/core/artifact.js'
import type { Digest, Key } from '../../src/core/brand.js'
import type { EngineName } from '../../src/core/engine-name.js'
import { digestOf } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import type { StepContext, StepFile, StepOutput } from '../../src/core/step-file.js'
import { identity } from '../../src/data/normalization.js'
import { storeDataset } from '../../src/data/store-dataset.js'
import type { Model } from '../../src/model/model.js'
import { storeModel } from '../../src/model/store-model.js'
import type { SplitName } from '../../src/sources/description.js'
import { run } from '../../src/steps/evaluate/run.js'
import { evaluateFields } from '../../src/steps/evaluate/spec.js'

const objects = new Map<string, Uint8Array>()

/** A context over memory, shared by all; `more` replaces parts of it. */
export const contextWith = (more: Partial<StepContext> = {}): StepContext => ({
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
  ...more,
})
const put = (bytes: Uint8Array): Promise<Digest> => contextWith().put(bytes)

export const storedModel = (model: Model): Promise<Artifact> => storeModel(model, put)

/** Random examples of a split, with labels that go round. */
export const bodyOf = (shape: readonly number[], name: SplitName, count: number, classes = 3) => {
  const random = stream(8, 'examples', name)
  const size = shape.reduce((product, side) => product * side, count)
  return {
    features: Float32Array.from({ length: size }, () => random.normal()),
    labels: Int32Array.from({ length: count }, () => random.below(classes)),
  }
}

export const dataset = (
  shape: readonly number[],
  classes: number,
  examples: Partial<Record<SplitName, number>>,
): Promise<Artifact> =>
  storeDataset(
    { type: 'dataset', task: 'classification', shape, classes, examples },
    identity,
    Object.fromEntries(
      Object.entries(examples).map(([name, count]) => [
        name,
        bodyOf(shape, name as SplitName, count, classes),
      ]),
    ),
    put,
  )

/** The step file of an evaluate of one model, named int8. */
export const fileFor = (
  written: object,
  model: Artifact,
  reference: Artifact | undefined,
  data: Artifact,
): StepFile<{ batchSize: number; topK: number }> => ({
  instance: 'scores[int8]',
  kind: 'evaluate',
  key: '' as Key,
  config: Value.Default(evaluateFields, written) as { batchSize: number; topK: number },
  inputs: {
    models: [{ from: 'int8', output: 'model', artifact: model }],
    data: [{ from: 'digits', output: 'dataset', artifact: data }],
    ...(reference ? { reference: [{ from: 'base', output: 'model', artifact: reference }] } : {}),
  },
  files: {},
  seed: 3,
  engine: { name: 'wasm', version: '' },
  threads: 1,
})

export const runEvaluate = (
  written: object,
  model: Artifact,
  reference: Artifact | undefined,
  data: Artifact,
  context = contextWith(),
  engine: EngineName = 'wasm',
): Promise<StepOutput> =>
  run({ ...fileFor(written, model, reference, data), engine: { name: engine, version: '' } }, context)
