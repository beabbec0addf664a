import type { Key } from '../core/brand.js'
import type { StepFile, StepInput } from '../core/step-file.js'
import type { Instance } from './plan.js'

/** What a worker gets in order to run an instance. Plain JSON. */
export const stepFileOf = (
  instance: Instance,
  key: Key,
  inputs: Readonly<Record<string, readonly StepInput[]>>,
): StepFile => ({
  instance: instance.id,
  kind: instance.kind,
  key,
  config: instance.config,
  inputs,
  files: instance.files,
  seed: instance.seed,
  engine: instance.engine,
  threads: instance.threads,
  ...(instance.gpus === undefined ? {} : { gpus: instance.gpus }),
  ...(instance.microBatch === undefined ? {} : { microBatch: instance.microBatch }),
  ...(instance.checkpoint === undefined ? {} : { checkpoint: instance.checkpoint }),
  ...(instance.spec.module === undefined ? {} : { module: instance.spec.module }),
})
