import { problem, type Problem, type Span } from '../core/problem.js'
import type { RecipeInput } from '../language/inputs.js'

const article = (type: string): string => (type === 'metrics' ? type : `a ${type}`)

/** Why a recipe with inputs cannot run by itself: one problem for each that is needed. */
export const unboundInputs = (
  inputs: readonly RecipeInput[],
  frame: (at: Span) => string,
): readonly Problem[] =>
  inputs
    .filter(({ optional }) => !optional)
    .map(({ name, type, at }) =>
      problem('input-unbound', `input "${name}", ${article(type)}, is not given`, {
        at,
        frame: frame(at),
        hint: `Extend the recipe with a step "${name}" that makes ${article(type)}, or use it by {kind: pipeline, inputs: {${name}: …}}.`,
      }),
    )
