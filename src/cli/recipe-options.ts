import { existsSync } from 'node:fs'
import { InvalidArgumentError, type Command } from 'commander'

export interface RecipeFlags {
  readonly set: Readonly<Record<string, string>>
  readonly sweep: Readonly<Record<string, readonly string[]>>
  readonly params?: readonly string[]
  readonly only?: readonly string[]
  readonly engine?: 'auto' | 'native' | 'webgpu' | 'wasm' | 'cpu'
  readonly store?: string
  readonly json?: boolean
}

const collect = (text: string, before: Record<string, string>): Record<string, string> => {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It takes NAME=VALUE, as in --set epochs=2.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

const collectSweep = (text: string, before: Record<string, string[]>): Record<string, string[]> => {
  const at = text.indexOf('=')
  const values = text
    .slice(at + 1)
    .split(',')
    .map(each => each.trim())
  if (at < 1 || values.some(each => each === ''))
    throw new InvalidArgumentError('It takes NAME=VALUE,VALUE, as in --sweep sparsity=0.5,0.7,0.9.')
  return { ...before, [text.slice(0, at)]: values }
}
const gather = (file: string, before: readonly string[] = []): readonly string[] => [...before, file]

/** The argument and flags that every command over a recipe takes. */
export const takesRecipe = (command: Command): Command =>
  command
    .argument('[recipe]', 'path of the recipe; absent: recipe.yml here')
    .option('--set <name=value>', "give one of the recipe's params a value (again for more)", collect, {})
    .option(
      '--sweep <name=values>',
      'give a param several values: variants of the recipe in one graph (again for more)',
      collectSweep,
      {},
    )
    .option('--params <file>', 'read values of params from a YAML or JSON file (again for more)', gather)
    .option('--engine <name>', 'engine for steps that leave it to auto: auto, native, webgpu, wasm, cpu')

/** The recipe that was meant when none was named. */
export const recipeOr = (named: string | undefined): string =>
  named ?? ['recipe.yml', 'recipe.yaml', 'trimtab.yml'].find(name => existsSync(name)) ?? 'recipe.yml'

/** Flags as the api takes them. */
export const planOptions = (named: string | undefined, flags: RecipeFlags) => ({
  recipe: recipeOr(named),
  set: flags.set,
  ...(Object.keys(flags.sweep).length > 0 ? { sweep: flags.sweep } : {}),
  ...(flags.params ? { paramsFiles: flags.params } : {}),
  ...(flags.only ? { only: flags.only } : {}),
  ...(flags.engine ? { engine: flags.engine } : {}),
  ...(flags.store ? { store: flags.store } : {}),
})
