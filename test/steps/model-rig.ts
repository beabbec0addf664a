import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noCheckpoints } from '../../src/core/checkpoint.js'
import type { Key } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import type { StepContext, StepOutput } from '../../src/core/step-file.js'
import { type layers as library, tf } from '../../src/engine/tf.js'
import type { Model } from '../../src/model/model.js'
import { loadModel } from '../../src/model/store-model.js'
import type { Prediction } from '../../src/steps/define-step.js'
import { digestFile } from '../../src/store/digest-file.js'
import { run } from '../../src/steps/model/run.js'
import { model, type ModelConfig } from '../../src/steps/model/spec.js'
import { emptyFolder } from '../rig.js'

/** What tfjs itself saves of a model. */
export const artifactsOf = async (made: library.LayersModel): Promise<tf.io.ModelArtifacts> => {
  let saved: tf.io.ModelArtifacts | undefined
  await made.save(
    tf.io.withSaveHandler(async artifacts => {
      saved = artifacts
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    }),
  )
  return saved!
}

export interface Written {
  readonly folder: string
  readonly file: string
}

/** Writes a `model.json` with its shards into a folder of its own. */
export const writeModel = (json: unknown, shards: Readonly<Record<string, Uint8Array>>): Written => {
  const folder = emptyFolder()
  const file = join(folder, 'model.json')
  writeFileSync(file, typeof json === 'string' ? json : JSON.stringify(json))
  for (const [name, bytes] of Object.entries(shards)) writeFileSync(join(folder, name), bytes)
  return { folder, file }
}

/** Saves a model as tfjs would on disk, its weights cut into shards of `size` bytes. */
export const saveModel = async (made: library.LayersModel, size = 1 << 20): Promise<Written> => {
  const { modelTopology, weightSpecs, weightData } = await artifactsOf(made)
  const bytes = new Uint8Array(tf.io.concatenateArrayBuffers([weightData as ArrayBuffer]))
  const shards: Record<string, Uint8Array> = {}
  for (let at = 0, count = 1; at < Math.max(1, bytes.length); at += size, count++)
    shards[`shard${count}.bin`] = bytes.subarray(at, at + size)
  const weightsManifest = [{ paths: Object.keys(shards), weights: weightSpecs }]
  return writeModel({ format: 'layers-model', modelTopology, weightsManifest }, shards)
}

/** What the planner notes of a file. */
const refOf = async (path: string) => [path, { path, ...(await digestFile(path)) }] as const

export interface Brought {
  readonly prediction: Prediction
  readonly files: readonly string[]
  /** Runs the step. */
  run(): Promise<{ readonly output: StepOutput; readonly model: Model }>
}

/** Inspects and predicts, as the planner does; runs where it is asked to. */
export const bring = async (config: ModelConfig): Promise<Brought> => {
  const { files, faults, found } = await model.inspect!(config)
  const predicted = model.predict(config, {}, found)
  const objects = new Map<string, Uint8Array>()
  const context: StepContext = {
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
  return {
    prediction: { ...predicted, faults: [...(faults ?? []), ...(predicted.faults ?? [])] },
    files,
    run: async () => {
      const output = await run(
        {
          instance: 'base',
          kind: 'model',
          key: '' as Key,
          config,
          inputs: {},
          files: Object.fromEntries(await Promise.all(files.map(refOf))),
          seed: 1,
          engine: { name: 'cpu', version: '' },
          threads: 1,
        },
        context,
      )
      return {
        output,
        model: await loadModel(output.outputs['model']!, digest => context.open(digest)),
      }
    },
  }
}
