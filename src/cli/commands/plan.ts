import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { out, outJson, outPaint, tellProblems } from '../output.js'
import { planOptions, takesRecipe, type RecipeFlags } from '../recipe-options.js'

/** `trimtab plan`: what would run, what is there already, and what it will cost. */
export const planCommand = (): Command =>
  takesRecipe(new Command('plan'))
    .description('show what would run and what is there already, with predicted parameters, MACs and bytes')
    .option('--only <step...>', 'plan only these steps and what they need')
    .option('--store <folder>', "folder of the store; absent: .trimtab of the recipe's project")
    .option('--json', 'print the plan as JSON')
    .addHelpText('after', '\nExample:\n  trimtab plan examples/seed-cnn/recipe.yml --set sparsity=0.75')
    .action(async (named: string | undefined, flags: RecipeFlags) => {
      const { plan } = await import('../../api/validate.js')
      const planned = await plan(planOptions(named, flags))
      process.exitCode = planned.ok ? exitCodes.fine : exitCodes.refused
      const { planRows } = await import('../../api/plan-rows.js')
      const rows = planned.plan ? planRows(planned.plan) : []
      if (flags.json) {
        outJson({ ok: planned.ok, problems: planned.problems, engine: planned.plan?.engine, instances: rows })
        return
      }
      if (planned.problems.length > 0) tellProblems(planned.problems)
      if (!planned.plan || rows.length === 0) return
      const { planLines } = await import('../../report/plan.js')
      out(planLines(rows, planned.plan.engine, outPaint()))
    })
