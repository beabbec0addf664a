import { exitCodes } from './exit-codes.js'
import { tellProblems } from './output.js'
import { recipeHere } from './recipe-options.js'

/** The kinds of the recipe that was named, else of the one in this folder, else the built-in ones. */
export const kindsOfRecipe = async (named: string | undefined) => {
  const { builtInKinds, recipeKinds } = await import('../api/kinds.js')
  const recipe = named ?? recipeHere()
  if (recipe === undefined) return builtInKinds
  const { kinds, problems } = await recipeKinds({ recipe })
  // Of a recipe that nobody named only what concerns its plug-ins is of interest here.
  const told = problems.filter(({ code }) => named !== undefined || code.startsWith('plugin-'))
  tellProblems(told)
  if (told.some(({ severity }) => severity === 'error')) process.exitCode = exitCodes.refused
  return kinds
}
