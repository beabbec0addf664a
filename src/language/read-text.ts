import { readFile, stat } from 'node:fs/promises'
import { readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { nearest } from '../core/nearest.js'
import { problem, type Problem } from '../core/problem.js'

/** Bytes that a recipe may have. */
const most = 4_000_000

const near = (path: string, cwd: string): string | undefined => {
  try {
    const names = readdirSync(dirname(path)).filter(name => /\.ya?ml$/.test(name))
    const found = nearest(basename(path), names) ?? (names.length === 1 ? names[0] : undefined)
    return found === undefined ? undefined : `Did you mean "${relative(cwd, join(dirname(path), found))}"?`
  } catch {
    return undefined
  }
}

/** Texts of files that an editor has open, in place of what lies on the disk; undefined of every other. */
export type OpenTexts = (path: string) => string | undefined

/** The text of a recipe, or why there is none. */
export const readText = async (
  path: string,
  cwd: string,
  open?: OpenTexts,
): Promise<{ readonly text: string } | { readonly problem: Problem }> => {
  const shown = relative(cwd, path) || '.'
  const refuse = (code: string, message: string, hint?: string) => ({
    problem: problem(code, message, hint === undefined ? {} : { hint }),
  })
  const written = open?.(path)
  if (written !== undefined) {
    const size = Buffer.byteLength(written)
    return size > most
      ? refuse('too-large', `${shown} has ${size} bytes; a recipe may have ${most}`)
      : { text: written }
  }
  try {
    const { size } = await stat(path)
    if (size > most) return refuse('too-large', `${shown} has ${size} bytes; a recipe may have ${most}`)
    const bytes = await readFile(path)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? (error as NodeJS.ErrnoException).code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return refuse(
        'recipe-missing',
        `there is no recipe ${shown}`,
        near(path, cwd) ?? '`trimtab init` writes one to begin with.',
      )
    if (code === 'EISDIR') return refuse('recipe-missing', `${shown} is a folder, not a recipe`)
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return refuse('not-utf8', `${shown} is not UTF-8 text`, 'Save it as UTF-8.')
    if (code === undefined) throw error
    return refuse('recipe-unreadable', `${shown} cannot be read (${code})`)
  }
}
