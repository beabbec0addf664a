import type { Problem } from '../core/problem.js'
import { variableOf } from '../language/params.js'
import { readRecipe } from '../language/read.js'
import type { ParamManual, RecipeManual } from '../report/recipe.js'
import { builtInKinds } from '../steps/index.js'
import type { ReadOptions } from './options.js'

/** What can be told of a recipe's params, also where it has mistakes. `problems`: all that reading it found. */
export const readManual = async (
  options: ReadOptions,
): Promise<{ readonly manual?: RecipeManual; readonly problems: readonly Problem[] }> => {
  const { recipe, problems } = await readRecipe({
    file: options.recipe,
    kinds: [...builtInKinds, ...(options.kinds ?? [])],
    cwd: options.cwd ?? process.cwd(),
    set: options.set ?? {},
    paramsFiles: options.paramsFiles ?? [],
    env: options.env ?? process.env,
  })
  if (!recipe) return { problems }
  const params = [...recipe.declared].map(([name, declared]): ParamManual => ({
    name,
    variable: variableOf(name),
    ...declared,
    required: declared !== undefined && declared.default === undefined,
    ...(Object.hasOwn(recipe.set, name) ? { set: recipe.set[name] } : {}),
  }))
  return {
    manual: {
      recipe: options.recipe,
      ...(recipe.description === undefined ? {} : { description: recipe.description }),
      params,
      inputs: recipe.inputs.map(({ name, type, optional, description }) => ({
        name,
        type,
        optional,
        ...(description === undefined ? {} : { description }),
      })),
      outputs: Object.entries(recipe.outputs).map(([name, { step }]) => ({ name, step })),
      steps: recipe.steps.filter(({ kind }) => kind !== 'input').map(({ id, kind }) => ({ id, kind })),
      gates: recipe.gates.map(({ name }) => name),
      faults: problems.filter(
        ({ code, severity, at }) => at && severity === 'error' && code !== 'missing-param',
      ).length,
    },
    problems,
  }
}
