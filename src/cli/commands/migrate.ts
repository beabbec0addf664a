import { Command } from 'commander'
import { lineDiff } from '../../report/line-diff.js'
import { exitCodes } from '../exit-codes.js'
import { out, outPaint, tellProblems } from '../output.js'
import { recipeOr } from '../recipe-options.js'

interface MigrateFlags {
  readonly check?: boolean
  readonly dryRun?: boolean
}

/** `trimtab migrate`: recipes of earlier versions of the language. */
export const migrateCommand = (): Command =>
  new Command('migrate')
    .description('bring recipes to the language as it is now; comments and order stay')
    .argument('[recipes...]', 'paths of recipes; absent: recipe.yml here')
    .option('--check', 'write nothing, show what would change; exit code 1 where something would')
    .option('--dry-run', 'write nothing, show what would change')
    .addHelpText('after', '\nExample:\n  trimtab migrate --dry-run recipe.yml && trimtab migrate recipe.yml')
    .action(async (named: readonly string[], flags: MigrateFlags) => {
      const { migrateRecipe } = await import('../../api/migrate.js')
      const paint = outPaint()
      const write = !flags.check && !flags.dryRun
      const colours: Readonly<Record<string, (text: string) => string>> = {
        '-': paint.red,
        '+': paint.green,
        '@': paint.cyan,
      }
      let code: number = exitCodes.fine
      for (const recipe of named.length > 0 ? named : [recipeOr(undefined)]) {
        const { changed, value, before, problems } = await migrateRecipe({ recipe, write })
        if (!value) {
          tellProblems(problems)
          code = exitCodes.refused
          continue
        }
        if (!changed) {
          out(paint.dim(`  ${recipe} is version ${value.to} already`))
          continue
        }
        out(`${write ? paint.green('✔') : '·'} ${recipe}: version ${value.from} → ${value.to}`)
        for (const title of value.titles) out(`  ${title}`)
        if (write) continue
        for (const line of lineDiff(before ?? '', value.text)) out((colours[line[0]!] ?? String)(line))
        if (flags.check && code === exitCodes.fine) code = exitCodes.gateFailed
      }
      process.exitCode = code
    })
