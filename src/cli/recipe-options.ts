import { existsSync } from 'node:fs'
import { CommanderError, InvalidArgumentError, type Command } from 'commander'
import { engineChoices, engineHint, type EngineName } from '../core/engine-name.js'
import { out, outJson, outPaint, tellProblems } from './output.js'

export interface RecipeFlags {
  readonly set: Readonly<Record<string, string>>
  readonly sweep: Readonly<Record<string, readonly string[]>>
  readonly params?: readonly string[]
  readonly only?: readonly string[]
  readonly engine?: EngineName | 'auto'
  readonly store?: string
  readonly remote?: string
  /** False with `--no-push`. */
  readonly push?: boolean
  readonly json?: boolean
}

/** Gathers `--set NAME=VALUE`. */
export const collect = (text: string, before: Record<string, string>): Record<string, string> => {
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

/** A whole number from 1 up. */
export const atLeastOne = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It takes a whole number from 1 up.')
  return value
}

const engineNamed = (text: string): EngineName | 'auto' => {
  const found = engineChoices.find(name => name === text)
  if (found === undefined)
    throw new InvalidArgumentError(engineHint(text) ?? `There are: ${engineChoices.join(', ')}.`)
  return found
}

/** The recipe's own manual where one is named, else the command's. Ends the command as `--help` does. */
const showHelp = async (command: Command): Promise<never> => {
  const flags: RecipeFlags & { readonly help?: boolean } = command.opts()
  const [named] = command.args
  if (named === undefined) return command.help()
  const { readManual } = await import('../api/recipe-manual.js')
  const { manual, problems } = await readManual(planOptions(named, flags))
  if (flags.json) outJson({ ...manual, problems })
  else if (manual) {
    // What stands in no file: a value that the command line or the environment gave.
    const given = problems.filter(({ at }) => at === undefined)
    if (given.length > 0) tellProblems(given)
    const { manualLines } = await import('../report/recipe.js')
    out(manualLines(manual, `trimtab ${command.name()}`, outPaint(), process.stdout.columns || 100))
  } else tellProblems(problems)
  throw new CommanderError(manual ? 0 : 1, 'trimtab.help', '(help)')
}

/** The argument and flags that every command over a recipe takes. */
export const takesRecipe = (command: Command): Command =>
  command
    // Commander's own help looks at no argument.
    .helpOption(false)
    .hook('preAction', async each => {
      if (each.opts<{ readonly help?: boolean }>().help) await showHelp(each)
    })
    .argument('[recipe]', 'path of the recipe; absent: recipe.yml here')
    .option('--set <name=value>', "give one of the recipe's params a value (again for more)", collect, {})
    .option(
      '--sweep <name=values>',
      'give a param several values: variants of the recipe in one graph (again for more)',
      collectSweep,
      {},
    )
    .option('--params <file>', 'read values of params from a YAML or JSON file (again for more)', gather)
    .option(
      '--engine <name>',
      `engine for steps that leave it to auto: ${engineChoices.join(', ')}`,
      engineNamed,
    )
    .option('-h, --help', "show this, or with a recipe that recipe's own params")

/** The flag that names a remote, of every command that may ask one. */
export const takesRemote = (command: Command): Command =>
  command.option(
    '--remote <url>',
    "where results are shared: s3://BUCKET/PREFIX, file:///FOLDER, or none; absent: TRIMTAB_REMOTE, else the recipe's",
  )

/** The recipe of this folder; undefined where there is none. */
export const recipeHere = (): string | undefined =>
  ['recipe.yml', 'recipe.yaml', 'trimtab.yml'].find(name => existsSync(name))

/** The recipe that was meant when none was named. */
export const recipeOr = (named: string | undefined): string => named ?? recipeHere() ?? 'recipe.yml'

/** Flags as the api takes them. */
export const planOptions = (named: string | undefined, flags: RecipeFlags) => ({
  recipe: recipeOr(named),
  set: flags.set,
  ...(Object.keys(flags.sweep).length > 0 ? { sweep: flags.sweep } : {}),
  ...(flags.params ? { paramsFiles: flags.params } : {}),
  ...(flags.only ? { only: flags.only } : {}),
  ...(flags.engine ? { engine: flags.engine } : {}),
  ...(flags.store ? { store: flags.store } : {}),
  ...(flags.remote === undefined ? {} : { remote: flags.remote }),
  ...(flags.push === false ? { push: false } : {}),
})
