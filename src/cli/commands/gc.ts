import { Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../../core/units.js'
import { exitCodes } from '../exit-codes.js'
import { out, outJson, outPaint, tellProblems } from '../output.js'

interface GcFlags {
  readonly delete?: boolean
  readonly keepRuns: KeepRuns
  readonly keepDays?: number
  readonly refs?: readonly string[]
  readonly project?: readonly string[]
  readonly grace: number
  readonly store?: string
  readonly json?: boolean
}

interface KeepRuns {
  readonly newest: number
  readonly ids: readonly string[]
}

const parts = (text: string): string[] =>
  text
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')

const runsOf = (text: string): KeepRuns => {
  const counts: number[] = []
  const ids: string[] = []
  for (const part of parts(text)) {
    if (part === 'all') counts.push(Infinity)
    else if (/^\d{1,6}$/.test(part)) counts.push(Number(part))
    else if (/^[0-9a-z-]{7,}$/.test(part)) ids.push(part)
    else throw new InvalidArgumentError('It takes a number, ids of runs, or all.')
  }
  return { newest: Math.max(0, ...counts), ids }
}

const daysOf = (text: string): number => {
  const days = Number(text)
  if (!(days >= 0) || text.trim() === '') throw new InvalidArgumentError('It takes a number of days.')
  return days
}

const graceOf = (text: string): number => {
  const grace = text.trim() === '0' ? 0 : parseDuration(text)
  if (grace === undefined) throw new InvalidArgumentError('It takes a time: 30m, 12h, 2d, or 0.')
  return grace
}

const refsOf = (text: string): string[] => (text.trim() === 'none' ? [] : parts(text))

const gather = (each: string, before: readonly string[] = []): readonly string[] => [...before, each]

/** `trimtab gc`: makes room in the store. */
export const gcCommand = (): Command =>
  new Command('gc')
    .description(
      'make room: delete what no lock and no kept run names (says only what would go, unless --delete)',
    )
    .option('--delete', 'delete it; absent: only say what would go')
    .option('--dry-run', 'only say what would go, as without any flag')
    .addOption(
      new Option(
        '--keep-runs <n|ids|all>',
        'keep so many of the newest runs of each recipe, runs of these ids, or all, with their results',
      )
        .argParser(runsOf)
        .default({ newest: 10, ids: [] }, '10'),
    )
    .option('--keep-days <n>', 'keep also the runs of so many days, with their results', daysOf)
    .option(
      '--refs <patterns>',
      'keep what lock files in these branches, tags or commits name (main,release/*), or none; absent: HEAD and every local branch',
      refsOf,
    )
    .option('--project <folder>', 'keep also what the locks of another project name (again for more)', gather)
    .addOption(
      new Option('--grace <time>', 'keep what is younger: 30m, 12h, 2d, 0')
        .argParser(graceOf)
        .default(3_600_000, '1h'),
    )
    .option('--store <folder>', 'folder of the store; absent: .trimtab of this project')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
What stays: everything that a lock file (*.lock.yml) in the working tree or in git names, ten runs of
each recipe, what runs now, and what is younger than an hour. A kept step is a hit afterwards as before.

Examples:
  trimtab gc                                    what would go, and how much room that makes
  trimtab gc --delete
  trimtab gc --refs 'main,release/*' --keep-runs 0 --delete`,
    )
    .action(async (flags: GcFlags) => {
      const [{ gc }, { gcLines }] = await Promise.all([
        import('../../api/gc.js'),
        import('../../report/gc.js'),
      ])
      const report = await gc({
        runs: {
          ...flags.keepRuns,
          ...(flags.keepDays === undefined ? {} : { days: flags.keepDays }),
        },
        grace: flags.grace,
        delete: flags.delete === true,
        ...(flags.refs ? { refs: flags.refs } : {}),
        ...(flags.project ? { projects: flags.project } : {}),
        ...(flags.store === undefined ? {} : { store: flags.store }),
      })
      if (flags.json) outJson(report ?? null)
      else out(report ? gcLines(report, outPaint()) : 'Nothing has run here yet: there is no store.')
      if (!report || report.problems.length === 0) return
      tellProblems(report.problems)
      process.exitCode = exitCodes.refused
    })
