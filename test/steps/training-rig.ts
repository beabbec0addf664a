import { Value } from 'typebox/value'
import type { TObject } from 'typebox'
import { noCheckpoints } from '../../src/core/checkpoint.js'
import type { Artifact } from '../../src/core/artifact.js'
import type { Digest, Key } from '../../src/core/brand.js'
import type { EngineName } from '../../src/core/engine-name.js'
import { digestOf } from '../../src/core/hash.js'
import type { Progress } from '../../src/core/event.js'
import { stream } from '../../src/core/random.js'
import type { RunStep, StepContext, StepFile, StepOutput } from '../../src/core/step-file.js'
import { identity } from '../../src/data/normalization.js'
import { storeDataset } from '../../src/data/store-dataset.js'
import type { EpochRecord } from '../../src/fit/fit.js'
import type { Model } from '../../src/model/model.js'
import { loadModel, storeModel } from '../../src/model/store-model.js'
import { distillParams } from '../../src/steps/distill/fields.js'
import { run as runDistill } from '../../src/steps/distill/run.js'
import { finetune } from '../../src/steps/finetune/spec.js'
import { run as runFinetune } from '../../src/steps/finetune/run.js'
import { trainParams } from '../../src/steps/train/fields.js'
import { run as runTrain } from '../../src/steps/train/run.js'

const objects = new Map<string, Uint8Array>()

/** A context over memory; `more` replaces parts of it. */
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
export const context = contextWith()
const put = (bytes: Uint8Array): Promise<Digest> => context.put(bytes)

export const shape = [6, 5, 2]
const size = 60

/** Examples of three classes: each class is a pattern, and noise stands over it. */
export const patterns = async (counts: {
  readonly train: number
  readonly validation?: number
}): Promise<Artifact> => {
  const random = stream(3, 'patterns')
  const centres = Array.from({ length: 3 }, () => Float64Array.from({ length: size }, () => random.normal()))
  const body = (count: number) => {
    const labels = Int32Array.from({ length: count }, (_, at) => (at * 7) % 3)
    const features = new Float32Array(count * size)
    labels.forEach((label, at) => {
      for (let i = 0; i < size; i++) features[at * size + i] = centres[label]![i]! + 1.5 * random.normal()
    })
    return { features, labels }
  }
  return storeDataset(
    {
      type: 'dataset',
      task: 'classification',
      shape,
      classes: 3,
      classNames: ['ant', 'bee', 'cat'],
      examples: counts,
    },
    identity,
    {
      train: body(counts.train),
      ...(counts.validation ? { validation: body(counts.validation) } : {}),
    },
    put,
  )
}

/** Pairs (x, Ax) of numbers. */
export const lines = async (train: number): Promise<Artifact> => {
  const random = stream(4, 'lines')
  const features = Float32Array.from({ length: train * 3 }, () => random.normal())
  const targets = Float32Array.from({ length: train * 2 }, (_, at) => {
    const row = features.subarray(Math.floor(at / 2) * 3)
    return at % 2 === 0 ? 2 * row[0]! - row[1]! : row[2]! + 0.5
  })
  return storeDataset(
    { type: 'dataset', task: 'regression', shape: [3], classes: 2, examples: { train } },
    identity,
    { train: { features, targets } },
    put,
  )
}

export const storedModel = (model: Model): Promise<Artifact> => storeModel(model, put)

const kinds = {
  train: { run: runTrain as RunStep, params: trainParams as TObject },
  finetune: { run: runFinetune as RunStep, params: finetune.params as TObject },
  distill: { run: runDistill as RunStep, params: distillParams as TObject },
}

export interface Trained {
  readonly output: StepOutput
  readonly artifact: Artifact
  readonly model: Model
  readonly history: readonly EpochRecord[]
}

/** The step file of a kind, with its config's defaults filled in. */
export const stepFile = (
  kind: keyof typeof kinds,
  written: object,
  inputs: Readonly<Record<string, readonly Artifact[]>>,
  seed = 11,
  engine: EngineName = 'wasm',
): StepFile => ({
  instance: kind,
  kind,
  key: '' as Key,
  config: Value.Default(kinds[kind].params, structuredClone(written)) as Record<string, unknown>,
  inputs: Object.fromEntries(
    Object.entries(inputs).map(([port, artifacts]) => [
      port,
      artifacts.map((artifact, at) => ({ from: `${port}${at}`, output: port, artifact })),
    ]),
  ),
  files: {},
  seed,
  engine: { name: engine, version: '' },
  threads: 1,
})

/** Runs a kind on real parts, from stored artifacts to the stored model. */
export const runKind = async (
  kind: keyof typeof kinds,
  written: object,
  inputs: Readonly<Record<string, readonly Artifact[]>>,
  more: { readonly seed?: number; readonly context?: StepContext; readonly engine?: EngineName } = {},
): Promise<Trained> => {
  const output = await kinds[kind].run(
    stepFile(kind, written, inputs, more.seed, more.engine),
    more.context ?? context,
  )
  const artifact = output.outputs['model']!
  return {
    output,
    artifact,
    model: await loadModel(artifact, digest => context.open(digest)),
    history: output.record!['history'] as readonly EpochRecord[],
  }
}

export type { Progress }

/** A net of one convolution, with what tells a training apart: statistics of the batch, and noise. */
export const smallNet = {
  layers: [
    { conv2d: { filters: 4, kernelSize: 3, activation: 'relu' } },
    'batchNormalization',
    'flatten',
    { dropout: { rate: 0.2 } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
}
