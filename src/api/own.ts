import { sep } from 'node:path'
import type { EngineName } from '../core/engine-name.js'
import type { Recipe } from '../language/recipe.js'
import { shippedFolder } from '../language/shipped.js'
import type { PlanOptions } from './options.js'

const isInstalled = (file: string): boolean =>
  file.split(sep).includes('node_modules') || file.startsWith(shippedFolder() + sep)

/**
 * What makes a run another than the recipe's own, so that its lock has nothing to do with it; undefined where nothing
 * does. Params that are paths count as what lies there, which is in the keys. `engine`: the recipe's own.
 */
export const whyNotOwn = (
  recipe: Recipe,
  engine: EngineName | 'auto',
  options: PlanOptions,
): string | undefined => {
  if (isInstalled(recipe.file)) return 'the recipe comes with a package'
  if (options.only) return '--only leaves steps out'
  if (recipe.sweep) return '--sweep makes variants'
  if (options.engine !== undefined && options.engine !== engine)
    return `--engine ${options.engine} is not the recipe's own`
  for (const [name, declared] of recipe.declared) {
    if (!declared || declared.type === 'path' || !Object.hasOwn(recipe.set, name)) continue
    if (declared.default === undefined) return `param ${name} has no value of the recipe's own`
    if (recipe.set[name] !== declared.default) return `param ${name} is not the recipe's own`
  }
  return undefined
}

/** Were paths given from outside? Where files lie then says nothing about the recipe. */
export const hasForeignPaths = ({ declared, set }: Recipe): boolean =>
  [...declared].some(([name, each]) => each?.type === 'path' && Object.hasOwn(set, name))
