import { Command } from 'commander'
import type { Event } from '../../core/event.js'
import type { Problem } from '../../core/problem.js'
import { jsonLines } from '../../report/json-lines.js'
import type { RunRecord, SettledLock } from '../../api/index.js'
import { cancelOnSignal } from '../cancel.js'
import { exitCodeOf, exitCodes } from '../exit-codes.js'
import { err, out, outPaint, errPaint, tellProblems } from '../output.js'
import { atLeastOne, planOptions, takesRecipe, takesRemote, type RecipeFlags } from '../recipe-options.js'

interface RunFlags extends RecipeFlags {
  readonly keepGoing?: boolean
  readonly workers?: number
  readonly frozen?: boolean
}

/** Prints what a run came to, less what was `told` before it, and settles the exit code. */
const conclude = async (record: RunRecord, live: boolean, told: readonly Problem[] = []): Promise<void> => {
  const known = new Set(told.map(({ code, message }) => `${code} ${message}`))
  const problems = [...record.problems, ...record.instances.flatMap(each => each.problems ?? [])].filter(
    ({ code, message }) => !known.has(`${code} ${message}`),
  )
  if (problems.length > 0) tellProblems(problems)
  const { conclusionLines } = await import('../../report/run.js')
  if (live) out(conclusionLines(record, outPaint()))
  else err(conclusionLines(record, errPaint()))
  process.exitCode = exitCodeOf(record.outcome)
}

/** Says what became of the lock file, where something did. */
const tellLock = async (
  lock: SettledLock,
  { live, frozen }: { readonly live: boolean; readonly frozen: boolean },
): Promise<void> => {
  const { lockLines } = await import('../../report/lock.js')
  if (live) out(lockLines(lock))
  else err(lockLines(lock))
  if (lock.problems.length > 0) tellProblems(lock.problems)
  // What was found wrong comes before what a gate says.
  if (frozen && lock.problems.length > 0) process.exitCode = exitCodes.refused
}

/** `trimtab run`: makes what is not there yet, then judges the gates. */
export const runCommand = (): Command =>
  takesRemote(takesRecipe(new Command('run')))
    .description('run a recipe: make what is not there yet, then judge its gates')
    .option('--only <step...>', 'make only these steps and what they need')
    .option('--keep-going', 'go on with what does not depend on a failed step')
    .option('--workers <n>', 'steps at once; absent: one a core', atLeastOne)
    .option('--frozen', 'for CI: fail with exit code 2 where the lock file would change, and write none')
    .option('--store <folder>', "folder of the store; absent: .trimtab of the recipe's project")
    .option('--no-push', 'put nothing at the remote')
    .option('--json', 'print events as JSON lines, also on a terminal')
    .addHelpText(
      'after',
      `
Examples:
  trimtab run examples/seed-cnn/recipe.yml
  trimtab run recipe.yml --set epochs=2 --set sparsity=0.7
  trimtab run recipe.yml --only int8 --keep-going
  trimtab run recipe.yml --frozen

A run of the whole recipe, with its own params, writes what it made to recipe.lock.yml, to be committed.

On a terminal it draws a tree of the running steps; elsewhere standard output carries one JSON event
a line, and the table and verdicts go to standard error.`,
    )
    .action(async (named: string | undefined, flags: RunFlags) => {
      const frozen = flags.frozen === true
      const options = { ...planOptions(named, flags), frozen }
      const live = process.stdout.isTTY && !flags.json
      const { runUnchanged } = await import('../../api/unchanged.js')
      const print = jsonLines(text => process.stdout.write(text))
      const again = await runUnchanged(options, live ? () => undefined : print)
      if (again) {
        await conclude(again, live)
        return
      }
      const began = Date.now()
      const { planToRun } = await import('../../api/validate.js')
      const planned = await planToRun(options)
      if (!planned.ok || !planned.plan || !planned.store) {
        tellProblems(planned.problems)
        process.exitCode = exitCodes.refused
        return
      }
      if (planned.problems.length > 0) tellProblems(planned.problems)
      const { checkFrozen, settleLock } = await import('../../api/settle-lock.js')
      const departing = frozen ? checkFrozen(planned) : []
      if (departing.length > 0) {
        tellProblems(departing)
        process.exitCode = exitCodes.refused
        return
      }
      const [{ runPlanned }, sink] = await Promise.all([
        import('../../api/run.js'),
        live
          ? import('../../report/tree.js').then(({ liveTree }) =>
              liveTree(outPaint(), process.stdout.rows || 24),
            )
          : { on: print, done: async () => {} },
      ])
      const record = await runPlanned(planned.plan, planned.store, {
        signal: cancelOnSignal(),
        keepGoing: flags.keepGoing === true,
        onEvent: (event: Event) => sink.on(event),
        ...(flags.workers === undefined ? {} : { workers: flags.workers }),
        ...(flags.only ? { only: flags.only } : {}),
      })
      await sink.done()
      const lock = await settleLock(planned, record, frozen)
      if (!lock || lock.problems.length === 0) {
        const { rememberRun } = await import('../../api/remember.js')
        await rememberRun(options, { planned, record, began })
      }
      await conclude(record, live, planned.problems)
      if (lock) await tellLock(lock, { live, frozen })
    })
