import { Command, Option } from 'commander'
import type { EngineChoice } from '../../core/engine-name.js'
import type { Planned } from '../../api/validate.js'
import type { PlanRow } from '../../report/plan.js'
import { exitCodes } from '../exit-codes.js'
import { out, outJson, outPaint, tellProblems } from '../output.js'
import { planOptions, takesRecipe, takesRemote, type RecipeFlags } from '../recipe-options.js'

const formats = ['table', 'tree', 'mermaid', 'dot'] as const

interface PlanFlags extends RecipeFlags {
  readonly format: (typeof formats)[number]
  readonly explain?: boolean
}

const rowsOf = async (
  { plan, store }: Planned,
  { explain, json }: PlanFlags,
): Promise<readonly PlanRow[]> => {
  if (!plan || !store) return []
  const { explainedRows, planRows } = await import('../../api/plan-rows.js')
  return explain || json ? explainedRows(plan, store, explain === true) : planRows(plan)
}

type Drawn = readonly [rows: readonly PlanRow[], engine: EngineChoice]

/** Lines of a plan in the form that was asked for. Mermaid and DOT are for other programs: nothing but the graph. */
const drawn = async (format: PlanFlags['format'], ...[rows, engine]: Drawn): Promise<string[]> => {
  switch (format) {
    case 'tree':
      return (await import('../../report/plan-tree.js')).planTreeLines(rows, engine, outPaint())
    case 'mermaid':
      return (await import('../../report/plan-mermaid.js')).planMermaid(rows)
    case 'dot':
      return (await import('../../report/plan-dot.js')).planDot(rows)
    case 'table':
      return (await import('../../report/plan.js')).planLines(rows, engine, outPaint())
  }
}

/** `trimtab plan`: what would run, what is there already, and what it will cost. */
export const planCommand = (): Command =>
  takesRemote(takesRecipe(new Command('plan')))
    .description('show what would run and what is there already, with predicted parameters, MACs and bytes')
    .option('--only <step...>', 'plan only these steps and what they need')
    .option('--store <folder>', "folder of the store; absent: .trimtab of the recipe's project")
    .addOption(
      new Option('--format <form>', 'how it is drawn')
        .choices([...formats])
        .default('table')
        .conflicts('json'),
    )
    .addOption(
      new Option(
        '--explain',
        'say of each step why it is reused, runs or waits, and what differs from the newest result',
      ).conflicts('format'),
    )
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      `
Examples:
  trimtab plan examples/seed-cnn/recipe.yml --set sparsity=0.75
  trimtab plan recipe.yml --explain
  trimtab plan recipe.yml --format tree
  trimtab plan recipe.yml --format mermaid >> README.md
  trimtab plan recipe.yml --format dot | dot -Tsvg > plan.svg`,
    )
    .action(async (named: string | undefined, flags: PlanFlags) => {
      const { plan } = await import('../../api/validate.js')
      const planned = await plan(planOptions(named, flags))
      planned.store?.exchange?.close()
      process.exitCode = planned.ok ? exitCodes.fine : exitCodes.refused
      const rows = await rowsOf(planned, flags)
      if (flags.json) {
        outJson({ ok: planned.ok, problems: planned.problems, engine: planned.plan?.engine, instances: rows })
        return
      }
      if (planned.problems.length > 0) tellProblems(planned.problems)
      if (!planned.plan || rows.length === 0) return
      if (flags.explain) {
        const { explanationLines } = await import('../../report/plan-explanation.js')
        out(explanationLines(rows, planned.plan.engine, outPaint()))
      } else out(await drawn(flags.format, rows, planned.plan.engine))
    })
