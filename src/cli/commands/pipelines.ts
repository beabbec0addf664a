import { Command } from 'commander'
import { didYouMean } from '../../core/nearest.js'
import { exitCodes } from '../exit-codes.js'
import { err, out, outJson, outPaint } from '../output.js'

/** `trimtab pipelines [NAME]`: the recipes that come with Trimtab, in the terminal. */
export const pipelinesCommand = (): Command =>
  new Command('pipelines')
    .description('list the recipes that come with Trimtab, or show one with its inputs and params')
    .argument('[name]', 'the recipe to show')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExamples:\n  trimtab pipelines\n  trimtab pipelines int8')
    .action(async (named: string | undefined, flags: { json?: boolean }) => {
      const [{ shippedManuals }, { manualLines, manualsLines }] = await Promise.all([
        import('../../api/shipped.js'),
        import('../../report/recipe.js'),
      ])
      const all = await shippedManuals()
      const prefix = 'trimtab:'
      const full = named === undefined || named.startsWith(prefix) ? named : `${prefix}${named}`
      const one = all.find(({ recipe }) => recipe === full)
      if (full !== undefined && !one) {
        const known = all.map(({ recipe }) => recipe.slice(prefix.length))
        const name = full.slice(prefix.length)
        err(
          `No recipe "${name}" comes with Trimtab. ${didYouMean(name, known) ?? `There are: ${known.join(', ')}.`}`,
        )
        process.exitCode = exitCodes.refused
        return
      }
      const columns = process.stdout.columns || 100
      if (flags.json) outJson(one ?? all)
      else
        out(
          one ? manualLines(one, 'trimtab run', outPaint(), columns) : manualsLines(all, outPaint(), columns),
        )
    })
