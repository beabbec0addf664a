import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { fail } from '../../../src/core/problem.js'
import type { RunStep } from '../../../src/core/step-file.js'
import { defineStep } from '../../../src/steps/define-step.js'
import { fileArtifact } from './file-artifact.js'

const params = Type.Object(
  {
    /** A file that gets a line when the step begins: whose is the first knows that it is. */
    trace: Type.String(),
    milliseconds: Type.Number({ default: 0 }),
    fails: Type.Boolean({ default: false }),
  },
  { additionalProperties: false, description: 'Takes long, and perhaps fails, the first time only.' },
)

/** A step that is slow, or fails, for whoever makes it first, over all processes. What it gives differs each time. */
export const firstTime = defineStep({
  kind: 'firstTime',
  revision: 1,
  params,
  produces: { sum: 'file' },
  module: import.meta.url,
})

interface Config {
  readonly trace: string
  readonly milliseconds: number
  readonly fails: boolean
}

export const run: RunStep<Config> = async ({ config, instance }, context) => {
  appendFileSync(config.trace, `begin ${instance} ${process.pid}\n`)
  const isFirst = readFileSync(config.trace, 'utf8').split('\n').length === 2
  if (isFirst) {
    await sleep(config.milliseconds)
    if (config.fails) fail('first-time', 'the first one fails')
  }
  return { outputs: { sum: await fileArtifact(`made by ${process.pid}`, context) } }
}
