import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import type { RunStep } from '../../../src/core/step-file.js'
import { defineStep } from '../../../src/steps/define-step.js'
import { fileArtifact } from './file-artifact.js'

const params = Type.Object(
  { name: Type.String(), milliseconds: Type.Number({ default: 0 }) },
  { additionalProperties: false, description: 'Says which devices its process may see, and when.' },
)

/** A plug-in that may use GPUs, and tells which it was given. */
export const seeing = defineStep({
  kind: 'seeing',
  revision: 1,
  params,
  produces: { out: 'file' },
  module: import.meta.url,
})

interface Config {
  readonly name: string
  readonly milliseconds: number
}

export const run: RunStep<Config> = async ({ config, gpus }, context) => {
  const from = Date.now()
  await sleep(config.milliseconds)
  return {
    outputs: { out: await fileArtifact(config.name, context) },
    record: {
      devices: process.env['CUDA_VISIBLE_DEVICES'] ?? 'unset',
      growth: process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ?? 'unset',
      process: process.pid,
      gpus: gpus ?? 'absent',
      from,
      until: Date.now(),
    },
  }
}
