import { Command } from 'commander'
import { didYouMean } from '../../core/nearest.js'
import { exitCodes } from '../exit-codes.js'
import { kindsOfRecipe } from '../kinds-of-recipe.js'
import { err, out, outJson, outPaint } from '../output.js'

/** `trimtab kinds [KIND]`: the documentation of step kinds, in the terminal. */
export const kindsCommand = (): Command =>
  new Command('kinds')
    .description('list the step kinds, or show one with its inputs and fields')
    .argument('[kind]', 'the kind to show')
    .option('--recipe <file>', 'with the kinds of its plug-ins; absent: recipe.yml here, if there is one')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  trimtab kinds\n  trimtab kinds prune\n  trimtab kinds clip --recipe examples/plugin/recipe.yml',
    )
    .action(async (name: string | undefined, flags: { json?: boolean; recipe?: string }) => {
      const [{ kindDocs }, { kindLines, kindsLines }] = await Promise.all([
        import('../../api/kinds.js'),
        import('../../report/kind.js'),
      ])
      const kinds = kindDocs(await kindsOfRecipe(flags.recipe))
      const one = kinds.find(each => each.kind === name)
      if (name !== undefined && !one) {
        const known = kinds.map(each => each.kind)
        err(`There is no kind "${name}". ${didYouMean(name, known) ?? `There are: ${known.join(', ')}.`}`)
        process.exitCode = exitCodes.refused
        return
      }
      if (flags.json) outJson(one ?? kinds)
      else
        out(one ? kindLines(one, outPaint(), process.stdout.columns || 100) : kindsLines(kinds, outPaint()))
    })
