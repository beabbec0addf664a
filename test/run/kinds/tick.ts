import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import type { RunStep } from '../../../src/core/step-file.js'
import { defineStep, list } from '../../../src/steps/define-step.js'
import { fileArtifact } from './file-artifact.js'

const params = Type.Object(
  {
    value: Type.Number({ default: 0 }),
    /** A file that gets a line when the step begins and one when it ends. */
    trace: Type.Optional(Type.String()),
    milliseconds: Type.Number({ default: 0 }),
    /** Its output says no more than this, whatever went in: what follows is cut off early. */
    coarse: Type.Boolean({ default: false }),
  },
  { additionalProperties: false, description: 'Adds its value to the sum of its inputs.' },
)

/** A trivial step with real objects, which leaves a trace of when it ran. */
export const tick = defineStep({
  kind: 'tick',
  revision: 1,
  params,
  consumes: { from: { ...list('file'), optional: true } },
  produces: { sum: 'file' },
  module: import.meta.url,
})

export const exclusiveTick = { ...tick, kind: 'exclusiveTick', exclusive: true }

interface Config {
  readonly value: number
  readonly trace?: string
  readonly milliseconds: number
  readonly coarse: boolean
}

export const run: RunStep<Config> = async ({ instance, config, inputs }, context) => {
  const mark = (what: string): void => {
    // The monotonic clock is one for all threads and processes of a machine.
    if (config.trace) appendFileSync(config.trace, `${process.hrtime.bigint()} ${what} ${instance}\n`)
  }
  mark('begin')
  let sum = config.value
  for (const { artifact } of inputs.from ?? []) {
    sum += Number(Buffer.from(await context.open(artifact.objects.body!.digest)).toString())
  }
  if (config.milliseconds > 0) await sleep(config.milliseconds)
  const body = await fileArtifact(config.coarse ? '1' : String(sum), context)
  mark('end')
  return { outputs: { sum: body }, metrics: { model: { sum } } }
}
