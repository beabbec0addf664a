import { existsSync } from 'node:fs'
import { problem, type Problem } from '../core/problem.js'
import type { StepOutput } from '../core/step-file.js'
import type { Instance } from '../plan/plan.js'
import type { Store } from '../store/store.js'

const broke = (message: string): Problem =>
  problem('kind-broke-contract', message, { hint: 'This is a bug of the kind, not of the recipe.' })

/** Does an output keep what its kind declares? A kind of a user's may be wrong in ways that would only show much later. */
export const checkOutput = (
  { kind, spec }: Instance,
  output: StepOutput,
  objects: Store['objects'],
): readonly Problem[] =>
  Object.entries(spec.produces).flatMap(([name, type]) => {
    const artifact = output.outputs?.[name]
    if (!artifact) return [broke(`kind "${kind}" declares the output "${name}" and did not make it`)]
    if (artifact.type !== type)
      return [broke(`kind "${kind}" declares the output "${name}" as ${type} and made a ${artifact.type}`)]
    return Object.entries(artifact.objects)
      .filter(([, object]) => !existsSync(objects.path(object.digest)))
      .map(([part]) => broke(`kind "${kind}" names an object "${part}" of "${name}" that it never stored`))
  })
