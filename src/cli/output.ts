import type { Problem } from '../core/problem.js'
import { paintFor, type Paint } from '../report/paint.js'
import { problemLines } from '../report/problems.js'

export const out = (lines: readonly string[] | string): void => {
  const text = typeof lines === 'string' ? lines : lines.join('\n')
  if (text !== '') process.stdout.write(`${text}\n`)
}

export const err = (lines: readonly string[] | string): void => {
  const text = typeof lines === 'string' ? lines : lines.join('\n')
  if (text !== '') process.stderr.write(`${text}\n`)
}

export const outPaint = (): Paint => paintFor(process.stdout)
export const errPaint = (): Paint => paintFor(process.stderr)

export const outJson = (value: unknown): void => out(JSON.stringify(value, undefined, 2))

/** Problems go to standard error, for a person. */
export const tellProblems = (problems: readonly Problem[]): void => err(problemLines(problems, errPaint()))
