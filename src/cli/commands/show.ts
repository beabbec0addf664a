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
      const [{ findRun }, { runLines }, { instanceLines }, unfinished] = await Promise.all([
        import('../../api/records.js'),
        import('../../report/run.js'),
        import('../../report/instance.js'),
        import('../../report/unfinished.js'),
      ])
      const record = await findRun(id, flags.store)
      if (!record) {
        err(`There is no run "${id}" here: \`trimtab runs\` lists them.`)
        process.exitCode = exitCodes.refused
        return
      }
      const missing = step !== undefined && !record.instances.some(each => each.instance === step)
      if (missing) {
        err(
          `Run ${record.id} has no step "${step}": it has ${record.instances.map(each => each.instance).join(', ')}.`,
        )
        process.exitCode = exitCodes.refused
        return
      }
      const paint = outPaint()
      if (flags.json)
        outJson(step === undefined ? record : record.instances.find(each => each.instance === step))
      else if ('state' in record) {
        const instance = record.instances.find(each => each.instance === step)
        out(
          instance
            ? unfinished.unfinishedInstanceLines(instance, record, paint)
            : unfinished.unfinishedLines(record, paint),
        )
      } else {
        const instance = record.instances.find(each => each.instance === step)
        out(instance ? instanceLines(instance, paint) : runLines(record, paint))
      }
    })
