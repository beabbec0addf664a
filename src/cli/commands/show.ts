import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { err, out, outJson, outPaint } from '../output.js'

/** `trimtab show RUN`: one run's table, verdicts and steps. */
export const showCommand = (): Command =>
  new Command('show')
    .description("show one run: its models, verdicts and steps, or one step's record")
    .argument('[run]', 'id of a run, the beginning of one, or latest', 'latest')
    .argument('[step]', 'an instance of that run: its config, metrics and history')
    .option('--json', 'print the record as JSON')
    .option('--store <folder>', 'folder of the store; absent: .trimtab of this project')
    .addHelpText(
      'after',
      '\nExamples:\n  trimtab show\n  trimtab show latest base\n  trimtab show 20261123 --json',
    )
    .action(async (id: string, step: string | undefined, flags: { json?: boolean; store?: string }) => {
      const [{ readRun }, { runLines }, { instanceLines }] = await Promise.all([
        import('../../api/records.js'),
        import('../../report/run.js'),
        import('../../report/instance.js'),
      ])
      const record = await readRun(id, flags.store)
      if (!record) {
        err(`There is no run "${id}" here: \`trimtab runs\` lists them.`)
        process.exitCode = exitCodes.refused
        return
      }
      const instance = step === undefined ? undefined : record.instances.find(each => each.instance === step)
      if (step !== undefined && !instance) {
        err(
          `Run ${record.id} has no step "${step}": it has ${record.instances.map(each => each.instance).join(', ')}.`,
        )
        process.exitCode = exitCodes.refused
        return
      }
      if (flags.json) outJson(instance ?? record)
      else out(instance ? instanceLines(instance, outPaint()) : runLines(record, outPaint()))
    })
