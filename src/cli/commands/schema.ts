import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { didYouMean } from '../../core/nearest.js'
import { packageFolder } from '../../core/home.js'
import { exitCodes } from '../exit-codes.js'
import { kindsOfRecipe } from '../kinds-of-recipe.js'
import { err, out } from '../output.js'

interface SchemaFlags {
  readonly recipe?: string
  readonly output?: string
}

const folder = (): string => join(packageFolder(), 'schemas')

/** A schema as it ships; undefined where there is none of that name. */
const shipped = (name: string): string | undefined => {
  if (!/^[\w-]+$/.test(name)) return undefined
  const file = [join(folder(), `${name}.schema.json`), join(folder(), 'steps', `${name}.schema.json`)].find(
    each => existsSync(each),
  )
  return file && readFileSync(file, 'utf8').trimEnd()
}

/** A schema that says something of a recipe's plug-ins; undefined where none is concerned. */
const ofPlugins = async (name: string, kinds: Awaited<ReturnType<typeof kindsOfRecipe>>) => {
  const [{ builtInKinds }, { kindSchema, recipeSchema }] = await Promise.all([
    import('../../api/kinds.js'),
    import('../../api/schemas.js'),
  ])
  const own = kinds.filter(spec => !builtInKinds.includes(spec))
  const one = own.find(({ kind }) => kind === name)
  if (one) return JSON.stringify(kindSchema(one), undefined, 2)
  return name === 'recipe' && own.length > 0 ? JSON.stringify(recipeSchema(kinds), undefined, 2) : undefined
}

/** `trimtab schema`: the JSON Schema of recipes, for editors and other programs. */
export const schemaCommand = (): Command =>
  new Command('schema')
    .description('print the JSON Schema of recipes, of one step kind, or of the run record')
    .argument('[name]', 'recipe, run-record, or a step kind', 'recipe')
    .option('--recipe <file>', 'with the kinds of its plug-ins; absent: recipe.yml here, if there is one')
    .option('--output <file>', 'write it there, safely, in place of printing it')
    .addHelpText(
      'after',
      '\nExamples:\n  trimtab schema > recipe.schema.json\n  trimtab schema prune\n  trimtab schema --recipe recipe.yml --output .trimtab/recipe.schema.json',
    )
    .action(async (name: string, flags: SchemaFlags) => {
      const kinds = await kindsOfRecipe(flags.recipe)
      const text = (await ofPlugins(name, kinds)) ?? shipped(name)
      if (text === undefined) {
        const steps = readdirSync(join(folder(), 'steps')).map(file => file.replace('.schema.json', ''))
        const known = [...new Set(['recipe', 'run-record', ...steps, ...kinds.map(({ kind }) => kind)])]
        err(`There is no schema "${name}". ${didYouMean(name, known) ?? `There are: ${known.join(', ')}.`}`)
        process.exitCode = exitCodes.refused
        return
      }
      if (flags.output === undefined) {
        out(text)
        return
      }
      const { writeText } = await import('../../api/schemas.js')
      await writeText(flags.output, `${text}\n`)
    })
