import { createReadStream, readdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { nearest } from '../core/nearest.js'
import { problem, type Problem } from '../core/problem.js'
import { readRegular, sayUnreadable } from '../core/regular-file.js'

/** Bytes that a file may have. */
const most = 4_000_000

/** Why there is no text; the words depend on how its reader shows paths. */
export interface TextFault {
  readonly code: string
  readonly message: (shown: string) => string
  readonly hint?: (from: string) => string | undefined
}

/** A fault as a problem. `shown`: the file as its reader shows it; `from`: the folder that hints show paths from. */
export const textProblem = ({ code, message, hint }: TextFault, shown: string, from: string): Problem => {
  const advice = hint?.(from)
  return problem(code, message(shown), advice === undefined ? {} : { hint: advice })
}

const roles = {
  recipe: { noun: 'recipe', code: 'recipe-missing', names: /\.ya?ml$/ },
  params: { noun: 'file', code: 'params-missing', names: /\.(ya?ml|json)$/ },
  base: { noun: 'recipe', code: 'extends-missing', names: /\.ya?ml$/ },
} as const

/** The file that was meant by a path where there is none. */
const near = (path: string, role: keyof typeof roles): string | undefined => {
  try {
    const here = readdirSync(dirname(path)).filter(name => roles[role].names.test(name))
    // On the command line the only one is meant; a file that names another would be told of itself.
    const only = role !== 'base' && here.length === 1 ? here[0] : undefined
    const found = nearest(basename(path), here) ?? only
    return found === undefined ? undefined : join(dirname(path), found)
  } catch {
    return undefined
  }
}

const within = (folder: string): string | undefined => {
  try {
    const names = readdirSync(folder)
    return ['recipe.yml', 'recipe.yaml'].find(name => names.includes(name))
  } catch {
    return undefined
  }
}

const meant = (path: string | undefined) => (from: string) =>
  path === undefined ? undefined : `Did you mean "${relative(from, path)}"?`

const notText: TextFault = {
  code: 'not-utf8',
  message: shown => `${shown} is not UTF-8 text`,
  hint: () => 'Save it as UTF-8.',
}

/** The text of bytes, or why they are none. `noun`: what they were to be. */
export const textOfBytes = (
  bytes: Uint8Array,
  noun = 'recipe',
): { readonly text: string } | { readonly fault: TextFault } => {
  if (bytes.length > most)
    return {
      fault: {
        code: 'too-large',
        message: shown => `${shown} has ${bytes.length} bytes; a ${noun} may have ${most}`,
      },
    }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { fault: notText }
  }
}

/** Texts of files that an editor has open, in place of what lies on the disk; undefined of every other. */
export type OpenTexts = (path: string) => string | undefined

/** The text of a recipe, or of a file beside it, or why there is none. */
export const readText = async (
  path: string,
  role: keyof typeof roles,
  open?: OpenTexts,
): Promise<{ readonly text: string } | { readonly fault: TextFault }> => {
  const { noun, code } = roles[role]
  const fault = (
    told: string,
    message: TextFault['message'],
    hint?: TextFault['hint'],
  ): { readonly fault: TextFault } => ({
    fault: { code: told, message, ...(hint === undefined ? {} : { hint }) },
  })
  const written = open?.(path)
  if (written !== undefined) return textOfBytes(Buffer.from(written), noun)
  try {
    const { size } = await stat(path)
    if (size > most)
      return fault('too-large', shown => `${shown} has ${size} bytes; a ${noun} may have ${most}`)
    return textOfBytes(await (role === 'params' ? readPiped(path) : readRegular(path)), noun)
  } catch (error) {
    const errno =
      error instanceof Error && 'code' in error ? (error as NodeJS.ErrnoException).code : undefined
    if (errno === 'ENOENT' || errno === 'ENOTDIR') {
      const found = near(path, role)
      const hint = found === undefined && role === 'recipe' ? starts : meant(found)
      return fault(code, shown => `there is no ${noun} ${shown}`, hint)
    }
    if (errno === 'EISDIR') {
      const inside = role === 'params' ? undefined : within(path)
      return fault(
        code,
        shown => `${shown} is a folder, not a ${noun}`,
        meant(inside === undefined ? undefined : join(path, inside)),
      )
    }
    const said = sayUnreadable(error)
    if (said === undefined) throw error
    return fault('recipe-unreadable', shown => `${shown} ${said}`)
  }
}

/** A file that is named on the command line: a shell hands a command's output over as a pipe (`--params <(…)`). */
const readPiped = async (path: string): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = []
  let length = 0
  // Of what has no end no more is read than a text may have.
  for await (const piece of createReadStream(path)) {
    pieces.push(piece as Uint8Array)
    length += (piece as Uint8Array).length
    if (length > most) break
  }
  return Buffer.concat(pieces)
}

const starts = (): string => '`trimtab init` writes one to begin with.'
