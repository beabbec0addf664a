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

type TextRead = { readonly text: string } | { readonly problem: Problem }

const refuse = (code: string, message: string, hint?: string): TextRead => ({
  problem: problem(code, message, hint === undefined ? {} : { hint }),
})

/** The text of a recipe's bytes, or why they are none. `shown`: what its problem calls it. */
export const textOfBytes = (bytes: Uint8Array, shown: string): TextRead => {
  if (bytes.length > most)
    return refuse('too-large', `${shown} has ${bytes.length} bytes; a recipe may have ${most}`)
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return refuse('not-utf8', `${shown} is not UTF-8 text`, 'Save it as UTF-8.')
  }
}

/** The text of a recipe, or why there is none. */
export const readText = async (path: string, cwd: string): Promise<TextRead> => {
  const shown = relative(cwd, path) || '.'
  try {
    const { size } = await stat(path)
    if (size > most) return refuse('too-large', `${shown} has ${size} bytes; a recipe may have ${most}`)
    return textOfBytes(await readFile(path), shown)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? (error as NodeJS.ErrnoException).code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return refuse(
        'recipe-missing',
        `there is no recipe ${shown}`,
        near(path, cwd) ?? '`trimtab init` writes one to begin with.',
      )
    if (code === 'EISDIR') return refuse('recipe-missing', `${shown} is a folder, not a recipe`)
    if (code === undefined) throw error
    return refuse('recipe-unreadable', `${shown} cannot be read (${code})`)
  }
}
