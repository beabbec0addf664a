import type { Problem } from '../core/problem.js'
import type { RecipeInput } from '../language/inputs.js'
import { variableOf } from '../language/params.js'
import { readRecipe } from '../language/read.js'
import { builtInKinds } from '../steps/index.js'
import type { ReadOptions } from './options.js'

/** A recipe as its users see it: what it is for, and its knobs. */
export interface RecipeManual {
  /** As it was named. */
  readonly recipe: string
  readonly description?: string
  readonly params: readonly ParamManual[]
  /** What it takes from a recipe around it; with some that are needed it does not run by itself. */
  readonly inputs: readonly Omit<RecipeInput, 'at'>[]
  /** Names under which it hands out what it makes, each with the step behind it. */
  readonly outputs: readonly { readonly name: string; readonly step: string }[]
  readonly steps: readonly { readonly id: string; readonly kind: string }[]
  readonly gates: readonly string[]
  /** Errors inside the recipe, besides params that wait for a value. */
  readonly faults: number
}

export interface ParamManual {
  readonly name: string
  /** Environment variable that sets it. */
  readonly variable: string
  /** Absent where its declaration is faulty. */
  readonly type?: string
  readonly default?: unknown
  readonly required: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly unknown[]
  readonly description?: string
  /** Value that the command line or the environment gives it now. */
  readonly set?: unknown
}

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
