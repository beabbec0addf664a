import { Command, InvalidArgumentError } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { out, outJson, outPaint } from '../output.js'

interface DiffFlags {
  readonly store?: string
  readonly json?: boolean
  readonly markdown?: boolean
  readonly examples: number
  readonly all?: boolean
  readonly exitCode?: boolean
}

const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It takes a whole number from 0 up.')
  return Number(text)
}

/** `trimtab diff A B`: what differs between two runs, two locks, or one of each. */
export const diffCommand = (): Command =>
  new Command('diff')
    .description('compare two runs or locks: metrics, sizes, classes, examples that flipped, keys')
    .argument(
      '[a]',
      'a run (id, latest, latest~1, path of a run.json) or a lock (path, or REF:PATH)',
      'latest~1',
    )
    .argument('[b]', 'the other', 'latest')
    .option('--store <folder>', 'folder of the store; absent: .trimtab of this project')
    .option('--markdown', 'print Markdown, for a comment on a pull request')
    .option('--json', 'print what differs as JSON')
    .option('--examples <n>', 'examples that flipped to name of each model', wholeNumber, 10)
    .option('--all', 'show every row of every table')
    .option('--exit-code', 'end with 1 where anything differs that was made, measured or judged')
    .addHelpText(
      'after',
      `
Examples:
  trimtab diff                                       the last run against the one before
  trimtab diff 20261123-1014 latest --exit-code
  trimtab diff main:recipe.lock.yml recipe.lock.yml --markdown`,
    )
    .action(async (a: string, b: string, { store, json, markdown, examples, all, exitCode }: DiffFlags) => {
      const { diff } = await import('../../api/diff/diff.js')
      const found = await diff({ a, b, ...(store === undefined ? {} : { store }) })
      if (json) outJson(found)
      else if (markdown)
        out((await import('../../report/diff-markdown.js')).diffMarkdown(found, { examples }))
      else
        out(
          (await import('../../report/diff.js')).diffLines(
            found,
            { examples, rows: all ? Infinity : 20 },
            outPaint(),
          ),
        )
      if (exitCode && found.differs) process.exitCode = exitCodes.gateFailed
    })
