import { Command } from 'commander'
import type { Event } from '../../core/event.js'
import type { Reproduction } from '../../api/index.js'
import { cancelOnSignal } from '../cancel.js'
import { exitCodes } from '../exit-codes.js'
import { out, outJson, outPaint } from '../output.js'
import { atLeastOne, collect } from '../recipe-options.js'

interface ReproduceFlags {
  readonly store?: string
  readonly project?: string
  readonly data?: string
  readonly set: Readonly<Record<string, string>>
  readonly only?: readonly string[]
  readonly anyway?: boolean
  readonly times?: boolean
  readonly keep?: boolean
  readonly workers?: number
  readonly json?: boolean
}

const exitCodeOf = (verdict: Reproduction['verdict']): number =>
  ({
    reproduced: exitCodes.fine,
    nondeterministic: exitCodes.gateFailed,
    changed: exitCodes.gateFailed,
    'another-environment': exitCodes.gateFailed,
    failed: exitCodes.stepFailed,
    interrupted: exitCodes.interrupted,
  })[verdict]

/** `trimtab reproduce`: runs a record again in a clean store and says whether the same comes out. */
export const reproduceCommand = (): Command =>
  new Command('reproduce')
    .description('run a recorded run again from its record alone, and say whether the same comes out')
    .argument(
      '[run]',
      'id of a run, the beginning of one, latest, latest~1, or the path of a run.json or lock',
      'latest',
    )
    .option('--store <folder>', 'folder of the store that it was made in; absent: .trimtab of this project')
    .option('--project <folder>', "where the run's project lies now; absent: where it lay")
    .option('--data <folder>', 'look here, by name and content, for data that is not at its place')
    .option('--set <name=value>', 'of a lock: give a param that has no value (again for more)', collect, {})
    .option('--only <step...>', 'make only these steps again and what they need')
    .option('--anyway', 'go on where something that it is made from has changed')
    .option('--times', 'measure times again too')
    .option('--keep', 'keep the project and the store that it runs in')
    .option('--workers <n>', 'steps at once; absent: one a core', atLeastOne)
    .option('--json', 'print what was found as JSON')
    .addHelpText(
      'after',
      `
Examples:
  trimtab reproduce                     the last run
  trimtab reproduce 20261123 --keep     keep what came out
  trimtab reproduce recipe.lock.yml     the recipe beside it against its lock
  trimtab reproduce run.json --store old/.trimtab --data /mnt/data

Verdicts and exit codes: reproduced 0; nondeterministic, changed, another environment 1; it cannot be
repeated 2; a step fails that ended well 3.`,
    )
    .action(async (target: string, { json, ...flags }: ReproduceFlags) => {
      const live = process.stdout.isTTY && !json
      const [{ reproduce }, { reproductionLines }, sink] = await Promise.all([
        import('../../api/reproduce/reproduce.js'),
        import('../../report/reproduction.js'),
        live
          ? import('../../report/tree.js').then(({ liveTree }) =>
              liveTree(outPaint(), process.stdout.rows || 24),
            )
          : { on: (event: Event): void => void event, done: async () => {} },
      ])
      const found = await reproduce({
        ...flags,
        target,
        signal: cancelOnSignal('Stopping. Again to stop at once.'),
        onEvent: event => sink.on(event),
      })
      await sink.done()
      if (json) outJson(found)
      else out([...(live ? [''] : []), ...reproductionLines(found, outPaint())])
      process.exitCode = exitCodeOf(found.verdict)
    })
