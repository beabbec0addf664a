import { shippedNames } from '../language/shipped.js'
import type { RecipeManual } from '../report/recipe.js'
import { readManual } from './recipe-manual.js'

/** The recipes that come with Trimtab, each as its users see it. */
export const shippedManuals = async (): Promise<readonly RecipeManual[]> => {
  const read = await Promise.all(
    shippedNames().map(name => readManual({ recipe: `trimtab:${name}`, env: {} })),
  )
  return read.flatMap(({ manual }) => manual ?? [])
}
