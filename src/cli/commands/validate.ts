import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { out, outJson, outPaint, tellProblems } from '../output.js'
import { planOptions, takesRecipe, type RecipeFlags } from '../recipe-options.js'

/** `trimtab validate`: every mistake of a recipe, before anything runs. */
export const validateCommand = (): Command =>
  takesRecipe(new Command('validate'))
    .description('find every mistake in a recipe, before anything runs')
    .option('--json', 'print the problems as JSON')
    .addHelpText('after', '\nExample:\n  trimtab validate examples/seed-cnn/recipe.yml')
    .action(async (named: string | undefined, flags: RecipeFlags) => {
      const { plan } = await import('../../api/validate.js')
      const {
        ok,
        recipe,
        plan: made,
        problems,
      } = await plan({
        ...planOptions(named, flags),
        // The recipe is looked at, not the network.
        remote: 'none',
      })
      process.exitCode = ok ? exitCodes.fine : exitCodes.refused
      if (flags.json) {
        outJson({ ok, problems })
        return
      }
      tellProblems(problems)
      if (ok) {
        const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`
        out(
          `${outPaint().green('✔')} ${counted((recipe?.steps.length ?? 0) - (recipe?.inputs.length ?? 0), 'step')}, ${counted(made?.instances.length ?? 0, 'instance')}, ${counted(recipe?.gates.length ?? 0, 'gate')}: nothing wrong`,
        )
      }
    })
