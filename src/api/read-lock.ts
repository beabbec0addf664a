import { readFileSync } from 'node:fs'
import type { Problem } from '../core/problem.js'
import type { Result } from '../core/result.js'
import { codeFrame } from '../language/frame.js'
import { readLockOf } from '../store/lock-file.js'
import type { FoundLock } from '../store/parse-lock.js'

const framed = (each: Problem): Problem => {
  if (!each.at) return each
  const lines = readFileSync(each.at.file, 'utf8').split(/\r?\n/)
  return { ...each, frame: codeFrame(line => lines[line - 1], each.at) }
}

/** The lock of a recipe, by the recipe's absolute path; undefined where there is none. Its problems show the lines that they are about. */
export const readLock = (recipe: string): Result<FoundLock | undefined> => {
  const found = readLockOf(recipe)
  return found.ok ? found : { ok: false, problems: found.problems.map(framed) }
}
