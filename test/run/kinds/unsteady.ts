import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { problem, ProblemError } from '../../../src/core/problem.js'
import type { RunStep } from '../../../src/core/step-file.js'
import { defineStep } from '../../../src/steps/define-step.js'
import { fileArtifact } from './file-artifact.js'

/** A step that breaks its word: what it gives hangs on a file of which its key knows nothing. */
export const unsteady = defineStep({
  kind: 'unsteady',
  revision: 1,
  params: Type.Object({ trace: Type.String() }, { additionalProperties: false }),
  produces: { sum: 'file' },
  module: import.meta.url,
})

export const run: RunStep<{ readonly trace: string }> = async ({ config }, context) => {
  const text = readFileSync(config.trace, 'utf8')
  if (text === 'fail') throw new ProblemError(problem('out-of-order', 'it is out of order'))
  return { outputs: { sum: await fileArtifact(text, context) }, metrics: { model: { sum: Number(text) } } }
}
