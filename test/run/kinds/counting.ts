import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { problem, ProblemError } from '../../../src/core/problem.js'
import { Cancelled, type RunStep } from '../../../src/core/step-file.js'
import { defineStep } from '../../../src/steps/define-step.js'
import { fileArtifact } from './file-artifact.js'

const params = Type.Object(
  {
    to: Type.Number(),
    /** A file that gets every number as it is counted. */
    trace: Type.String(),
    /** Steps at which an attempt that counted there fails, once it has kept them. */
    failsAt: Type.Array(Type.Number(), { default: [] }),
    milliseconds: Type.Number({ default: 0 }),
  },
  { additionalProperties: false, description: 'Sums numbers, one a step, and keeps checkpoints.' },
)

/** A long step as a plug-in would write it. */
export const counting = defineStep({
  kind: 'counting',
  revision: 1,
  params,
  produces: { sum: 'file' },
  checkpoints: true,
  module: import.meta.url,
})

interface Config {
  readonly to: number
  readonly trace: string
  readonly failsAt: readonly number[]
  readonly milliseconds: number
}

export const run: RunStep<Config> = async ({ config }, context) => {
  const { checkpoint } = context
  const begun = await checkpoint.load()
  const sums = Float64Array.from(begun?.arrays.get('sums') ?? [0])
  const first = (begun?.state as { readonly next: number } | undefined)?.next ?? 1
  const keep = (step: number): Promise<void> =>
    checkpoint.save({ moment: { step }, state: { next: step + 1 }, arrays: new Map([['sums', sums]]) })
  for (let step = first; step <= config.to; step++) {
    if (context.cancelled()) {
      await keep(step - 1)
      throw new Cancelled()
    }
    appendFileSync(config.trace, `${step}\n`)
    sums[0]! += step / 10
    if (checkpoint.isDue({ step })) await keep(step)
    if (config.failsAt.includes(step) && step > first)
      throw new ProblemError(problem('not-yet', `fails at ${step}`))
    if (config.milliseconds > 0) await sleep(config.milliseconds)
  }
  return { outputs: { sum: await fileArtifact(String(sums[0]), context) } }
}
