import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { out, outJson, outPaint, tellProblems } from '../output.js'
import { recipeOr } from '../recipe-options.js'

interface AcceptFlags {
  readonly recipe?: string
  readonly why?: string
  readonly run?: string
  readonly store?: string
  readonly anyway?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `trimtab accept`: what a run measured becomes the baselines of the gates of the form `accepted`. */
export const acceptCommand = (): Command =>
  new Command('accept')
    .description(
      "take what a run measured as the baselines of the recipe's `accepted` gates, in its lock file",
    )
    .argument('[gate|step|step.metric...]', 'which of them; absent: all')
    .option('--recipe <file>', 'path of the recipe; absent: recipe.yml here')
    .option('--why <text>', 'the reason, kept with the value; needed where a value gets worse')
    .option('--run <id>', "the run to take values from; absent: the recipe's latest")
    .option('--anyway', 'take them though the recipe was changed since that run')
    .option('--dry-run', 'show what would be accepted, and write nothing')
    .option('--store <folder>', "folder of the store; absent: .trimtab of the recipe's project")
    .option('--json', 'print what was accepted as JSON')
    .addHelpText(
      'after',
      `
Examples:
  trimtab accept
  trimtab accept since-accepted --dry-run
  trimtab accept int8.accuracy --why "the smaller model is worth a point"
  trimtab accept --recipe recipes/mobile.yml --run 20261123-23`,
    )
    .action(async (names: readonly string[], flags: AcceptFlags) => {
      const { accept } = await import('../../api/accept.js')
      const accepted = await accept({
        recipe: recipeOr(flags.recipe),
        names,
        dryRun: flags.dryRun === true,
        anyway: flags.anyway === true,
        ...(flags.why === undefined ? {} : { why: flags.why }),
        ...(flags.run === undefined ? {} : { run: flags.run }),
        ...(flags.store === undefined ? {} : { store: flags.store }),
      })
      process.exitCode = accepted.problems.length > 0 ? exitCodes.refused : exitCodes.fine
      if (flags.json) outJson(accepted)
      else if (accepted.problems.length > 0) tellProblems(accepted.problems)
      else {
        const { acceptedLines } = await import('../../report/accepted.js')
        out(acceptedLines(accepted, flags.dryRun === true, outPaint()))
      }
    })
