import { accessSync, constants, realpathSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { problem, ProblemError, type Problem } from '../core/problem.js'
import type { Result } from '../core/result.js'
import { readText, textProblem } from '../language/read-text.js'
import { writeFileSafely } from '../store/write-file.js'

export interface RewriteOptions {
  /** Path of the recipe, from `cwd`. */
  readonly recipe: string
  /** Absent: the process's own. */
  readonly cwd?: string
  /** False: the file stays as it is. Absent: what changed is written. */
  readonly write?: boolean
}

export interface Rewritten<T> {
  /** Path as it was named. */
  readonly recipe: string
  /** The text is another one now (or would be, where nothing was to be written). */
  readonly changed: boolean
  /** Absent where there are problems; then the file is as it was. */
  readonly value?: T
  readonly before?: string
  readonly problems: readonly Problem[]
}

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Why a file could not be written, of the file itself rather than of a store. */
const refusal = (error: unknown, shown: string): Problem[] => {
  if (!(error instanceof ProblemError)) throw error
  return error.problems.map(({ code, severity, message }) =>
    code === 'store-read-only' ? readOnly(shown) : { code, severity, message },
  )
}

const readOnly = (shown: string): Problem =>
  problem('recipe-read-only', `${shown} cannot be written`, {
    hint: 'Give yourself the right to write it and its folder.',
  })

/** Reads a recipe's text, makes another of it, and writes that where it differs: whole or not at all, its rights kept. */
export const rewriteRecipe = async <T>(
  { recipe, cwd = process.cwd(), write = true }: RewriteOptions,
  make: (text: string, path: string) => Result<T>,
  textOf: (value: T) => string,
): Promise<Rewritten<T>> => {
  const named = resolve(cwd, recipe)
  const read = await readText(named, 'recipe')
  if ('fault' in read)
    return {
      recipe,
      changed: false,
      problems: [textProblem(read.fault, relative(cwd, named) || '.', cwd)],
    }
  // A link stays one: what it names is rewritten.
  const path = realpathSync(named)
  const made = make(read.text, path)
  if (!made.ok) return { recipe, changed: false, problems: made.problems }
  const { value } = made
  const changed = textOf(value) !== read.text
  const done = { recipe, changed, value, before: read.text, problems: [] }
  if (!changed || !write) return done
  const shown = relative(cwd, named) || named
  if (!isWritable(path)) return { recipe, changed: false, problems: [readOnly(shown)] }
  try {
    const { mode } = await stat(path)
    await writeFileSafely(path, textOf(value), { mode: mode & 0o7777 })
  } catch (error) {
    return { recipe, changed: false, problems: refusal(error, shown) }
  }
  return done
}
