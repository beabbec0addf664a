import { Command, CommanderError } from 'commander'
import { version } from '../core/home.js'
import { ProblemError } from '../core/problem.js'
import { diffCommand } from './commands/diff.js'
import { acceptCommand } from './commands/accept.js'
import { doctorCommand } from './commands/doctor.js'
import { engineCommand } from './commands/engine.js'
import { fmtCommand } from './commands/fmt.js'
import { gcCommand } from './commands/gc.js'
import { initCommand } from './commands/init.js'
import { kindsCommand } from './commands/kinds.js'
import { lspCommand } from './commands/lsp.js'
import { migrateCommand } from './commands/migrate.js'
import { pipelinesCommand } from './commands/pipelines.js'
import { planCommand } from './commands/plan.js'
import { reproduceCommand } from './commands/reproduce.js'
import { pullCommand } from './commands/pull.js'
import { pushCommand } from './commands/push.js'
import { provenanceCommand } from './commands/provenance.js'
import { runCommand } from './commands/run.js'
import { runsCommand } from './commands/runs.js'
import { schemaCommand } from './commands/schema.js'
import { showCommand } from './commands/show.js'
import { validateCommand } from './commands/validate.js'
import { verifyCommand } from './commands/verify.js'
import { exitCodes } from './exit-codes.js'
import { tellProblems } from './output.js'

const program = new Command('trimtab')
  .description('Makes neural networks smaller and faster from a committed recipe, and judges the result.')
  .version(version(), '-v, --version')
  .showHelpAfterError('(trimtab --help shows every command)')
  .addHelpText(
    'after',
    `
Examples:
  trimtab init digits               write a starter project
  trimtab validate recipe.yml       find every mistake before anything runs
  trimtab plan recipe.yml           what would run, with predicted sizes and costs
  trimtab run recipe.yml --set epochs=2
  trimtab show latest               the last run's table and verdicts

Exit codes: 0 fine, 1 a gate failed, 2 found wrong before a step started, or a frozen lock file that
            would change, 3 a step failed, 4 inconclusive, 70 a bug of Trimtab's, 130 interrupted`,
  )

for (const make of [
  runCommand,
  validateCommand,
  planCommand,
  kindsCommand,
  pipelinesCommand,
  runsCommand,
  showCommand,
  gcCommand,
  reproduceCommand,
  diffCommand,
  pushCommand,
  pullCommand,
  verifyCommand,
  provenanceCommand,
  acceptCommand,
  initCommand,
  schemaCommand,
  lspCommand,
  fmtCommand,
  migrateCommand,
  doctorCommand,
  engineCommand,
]) {
  const command = make()
  command.exitOverride().showHelpAfterError(`(trimtab ${command.name()} --help shows how)`)
  program.addCommand(command)
}
program.exitOverride()

// A reader that closes early (`| head`) is no fault of anybody's.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.fine : exitCodes.refused
  else if (error instanceof ProblemError) {
    tellProblems(error.problems)
    process.exitCode = exitCodes.refused
  } else {
    const message = error instanceof Error ? error.message : String(error)
    console.error(`trimtab has a bug: ${message}`)
    console.error('  → Please report it with the recipe; TRIMTAB_DEBUG=1 shows where it happened.')
    if (process.env['TRIMTAB_DEBUG'] && error instanceof Error) console.error(error.stack)
    process.exitCode = exitCodes.bug
  }
}
