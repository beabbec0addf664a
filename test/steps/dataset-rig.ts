import { Value } from 'typebox/value'
import { noCheckpoints } from '../../src/core/checkpoint.js'
import type { Digest, Key } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import type { StepContext, StepFile, StepOutput } from '../../src/core/step-file.js'
import type { DatasetDescription } from '../../src/sources/description.js'
import type { DatasetConfig } from '../../src/steps/dataset/fields.js'
import { run } from '../../src/steps/dataset/run.js'
import { dataset } from '../../src/steps/dataset/spec.js'
import { fileOf, idx, said } from '../sources/rig.js'

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
export const open = (digest: Digest): Promise<Uint8Array> => context.open(digest)

const configOf = (written: object): DatasetConfig =>
  Value.Default(dataset.params, structuredClone(written)) as DatasetConfig

/** What the planner sees: the description before anything runs, and every fault. */
export const predict = async (
  written: object,
): Promise<{ description?: DatasetDescription; faults: string[] }> => {
  const config = configOf(written)
  const inspection = await dataset.inspect!(config)
  const prediction = dataset.predict(config, {}, inspection.found)
  const description = prediction.outputs['dataset'] as DatasetDescription | undefined
  return {
    ...(description ? { description } : {}),
    faults: said([...(inspection.faults ?? []), ...(prediction.faults ?? [])]),
  }
}

export const runStep = (written: object, seed = 5, files: StepFile['files'] = {}): Promise<StepOutput> =>
  run(
    {
      instance: 'data',
      kind: 'dataset',
      key: '' as Key,
      config: configOf(written),
      inputs: {},
      files,
      seed,
      engine: { name: 'wasm', version: '' },
      threads: 1,
    },
    context,
  )

/** Ten pictures of 2×3 pixels in two classes. */
const images = idx(
  8,
  [10, 2, 3],
  Array.from({ length: 60 }, (_, i) => i),
)
const labels = idx(8, [10], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
export const pair = { images: fileOf('images', images), labels: fileOf('labels', labels) }
