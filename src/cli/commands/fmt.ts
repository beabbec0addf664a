import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { err, out, outPaint, tellProblems } from '../output.js'
import { recipeOr } from '../recipe-options.js'

interface FormatFlags {
  readonly check?: boolean
  readonly stdout?: boolean
}

const standardInput = async (): Promise<Uint8Array> => {
  const pieces: Buffer[] = []
  for await (const piece of process.stdin) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** Text of standard input → standard output. */
const pipe = async ({ check }: FormatFlags): Promise<void> => {
  const { formatBytes } = await import('../../api/format.js')
  const bytes = await standardInput()
  const laid = formatBytes(bytes, 'stdin')
  if (!laid.ok) {
    tellProblems(laid.problems)
    process.exitCode = exitCodes.refused
  } else if (!check) process.stdout.write(laid.value)
  else if (laid.value !== new TextDecoder().decode(bytes)) {
    err('standard input is not laid out')
    process.exitCode = exitCodes.gateFailed
  }
}

/** `trimtab fmt`: the canonical layout. */
export const fmtCommand = (): Command =>
  new Command('fmt')
    .description('lay recipes out in the canonical way; comments stay')
    .argument('[recipes...]', 'paths of recipes, or - for standard input; absent: recipe.yml here')
    .option('--check', 'write nothing; exit code 1 where a recipe is not laid out')
    .option('--stdout', 'print the result instead of writing it')
    .addHelpText(
      'after',
      '\nExamples:\n  trimtab fmt recipe.yml\n  trimtab fmt --check examples/*/recipe.yml\n  trimtab fmt - < recipe.yml',
    )
    .action(async (named: readonly string[], flags: FormatFlags) => {
      if (named.includes('-')) {
        if (named.length === 1) return pipe(flags)
        err('Standard input (-) goes alone.')
        process.exitCode = exitCodes.refused
        return
      }
      const { formatRecipe } = await import('../../api/format.js')
      const paint = outPaint()
      let code: number = exitCodes.fine
      for (const recipe of named.length > 0 ? named : [recipeOr(undefined)]) {
        const write = !flags.check && !flags.stdout
        const { changed, value, problems } = await formatRecipe({ recipe, write })
        if (value === undefined) {
          tellProblems(problems)
          code = exitCodes.refused
          continue
        }
        if (flags.stdout) process.stdout.write(value)
        else if (!flags.check)
          out(changed ? `${paint.green('✔')} ${recipe}` : paint.dim(`  ${recipe} as it was`))
        else if (changed) out(`${paint.red('✘')} ${recipe} is not laid out: run trimtab fmt ${recipe}`)
        if (flags.check && changed && code === exitCodes.fine) code = exitCodes.gateFailed
      }
      process.exitCode = code
    })
