import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { didYouMean } from '../../core/nearest.js'
import { packageFolder } from '../../core/home.js'
import { exitCodes } from '../exit-codes.js'
import { err, out } from '../output.js'

/** `trimtab schema`: the JSON Schema of recipes, for editors and other programs. */
export const schemaCommand = (): Command =>
  new Command('schema')
    .description('print the JSON Schema of recipes, of one step kind, or of the run record')
    .argument('[name]', 'recipe, run-record, or a step kind', 'recipe')
    .addHelpText('after', '\nExamples:\n  trimtab schema > recipe.schema.json\n  trimtab schema prune')
    .action((name: string) => {
      const folder = join(packageFolder(), 'schemas')
      const kinds = readdirSync(join(folder, 'steps')).map(file => file.replace('.schema.json', ''))
      const file = [join(folder, `${name}.schema.json`), join(folder, 'steps', `${name}.schema.json`)].find(
        each => existsSync(each),
      )
      if (file === undefined || !/^[\w-]+$/.test(name)) {
        const known = ['recipe', 'run-record', ...kinds]
        err(`There is no schema "${name}". ${didYouMean(name, known) ?? `There are: ${known.join(', ')}.`}`)
        process.exitCode = exitCodes.refused
        return
      }
      out(readFileSync(file, 'utf8').trimEnd())
    })
