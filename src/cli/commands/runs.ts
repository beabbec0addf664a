import { Command } from 'commander'
import { out, outJson, outPaint } from '../output.js'

/** `trimtab runs`: the runs of this project, newest first. */
export const runsCommand = (): Command =>
  new Command('runs')
    .description("list this project's runs, newest first")
    .option('--json', 'print the records as JSON; a run without one as its journal tells it')
    .option('--store <folder>', 'folder of the store; absent: .trimtab of this project')
    .action(async (flags: { json?: boolean; store?: string }) => {
      const [{ listAllRuns }, { runsLines }] = await Promise.all([
        import('../../api/records.js'),
        import('../../report/runs.js'),
      ])
      const records = await listAllRuns(flags.store)
      if (flags.json) outJson(records)
      else
        out(
          records.length === 0
            ? 'No runs yet: `trimtab run recipe.yml` makes one.'
            : runsLines(records, outPaint()),
        )
    })
