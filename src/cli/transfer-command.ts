import { Command } from 'commander'
import type { Moved, Transfer, TransferOptions } from '../api/transfer.js'
import { exitCodes } from './exit-codes.js'
import { err, out, outJson, outPaint, tellProblems } from './output.js'
import { planOptions, recipeOr, takesRemote, type RecipeFlags } from './recipe-options.js'

interface TransferFlags extends Partial<RecipeFlags> {
  readonly all?: boolean
}

/** What `push` and `pull` differ in. */
export interface Direction {
  readonly name: 'push' | 'pull'
  readonly description: string
  readonly all: string
  readonly examples: string
  readonly move: (options: TransferOptions) => Promise<Transfer>
}

/** How far it is, on one line of a terminal. */
const showProgress = async (name: string): Promise<(moved: Moved) => void> => {
  const { movedText } = await import('../report/transfer.js')
  return moved => void process.stderr.write(`\r\u001b[K${name}: ${movedText(moved)}`)
}

/** A command that moves results between this store and a remote. */
export const transferCommand = (make: () => Promise<Direction['move']>, direction: Omit<Direction, 'move'>) =>
  takesRemote(new Command(direction.name))
    .description(direction.description)
    .argument(
      '[what]',
      'a recipe, a lock file, or a run (its id, the beginning of one, or latest); absent: recipe.yml here',
    )
    .option('--all', direction.all)
    .option('--store <folder>', 'folder of the store; absent: .trimtab of the project')
    .option('--json', 'print what it came to as JSON')
    .addHelpText('after', `\nExamples:\n${direction.examples}`)
    .action(async (named: string | undefined, flags: TransferFlags) => {
      const [move, { subjectOf }, { transferLines }] = await Promise.all([
        make(),
        import('../api/transfer.js'),
        import('../report/transfer.js'),
      ])
      const stopping = new AbortController()
      const stop = (): void => {
        if (stopping.signal.aborted) process.exit(exitCodes.interrupted)
        stopping.abort()
      }
      process.on('SIGINT', stop)
      process.on('SIGTERM', stop)
      const isLive = process.stderr.isTTY && !flags.json
      const { recipe: _, ...options } = planOptions(named, { set: {}, sweep: {}, ...flags })
      const came = await move({
        ...options,
        subject: flags.all && named === undefined ? { type: 'all' } : subjectOf(recipeOr(named)),
        signal: stopping.signal,
        ...(isLive ? { onProgress: await showProgress(direction.name) } : {}),
      })
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      if (isLive) process.stderr.write('\r\u001b[K')
      process.exitCode = stopping.signal.aborted
        ? exitCodes.interrupted
        : came.ok
          ? exitCodes.fine
          : exitCodes.refused
      if (flags.json) {
        outJson(came)
        return
      }
      if (came.problems.length > 0) tellProblems(came.problems)
      const pushes = direction.name === 'push'
      const words = pushes
        ? ({ done: 'pushed', goal: 'there' } as const)
        : ({ done: 'pulled', goal: 'here' } as const)
      const lines = transferLines(came, words, outPaint())
      if (came.ok) out(lines)
      else err(lines)
    })
