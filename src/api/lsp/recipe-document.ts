import { realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { occurrencesOf, type Kinds, type Occurrence } from '../../language/editor/occurrences.js'
import { outlineOf, type Outline } from '../../language/editor/outline.js'
import type { Planned } from '../validate.js'

/** A document that an editor has open. */
export interface RecipeDocument {
  readonly uri: string
  /** Without symlinks, as problems name files. */
  readonly path: string
  /** The text with its version; replaced at every change. */
  text: TextDocument
  /** The last text whose YAML was whole, planned: what is known while the present one is half-written. */
  planned?: Planned
  /** The text of that plan. */
  plannedText?: string
}

/** Where a document lies; one that was never saved lies in the working directory. */
export const pathOf = (uri: string): string => {
  if (!uri.startsWith('file:')) return join(process.cwd(), basename(uri) || 'untitled.yml')
  const path = fileURLToPath(uri)
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** True for what is meant as a recipe: editors send every YAML file. */
export const isRecipe = (path: string, text: string): boolean =>
  /^\s*["']?trimtab["']?\s*:/m.test(text) || /(^|[.-])(recipe|trimtab)\.ya?ml$/i.test(basename(path))

interface Read {
  readonly version: number
  readonly outline: Outline
  occurrences?: readonly Occurrence[]
}

const reads = new WeakMap<RecipeDocument, Read>()

const readOf = (document: RecipeDocument): Read => {
  const known = reads.get(document)
  if (known?.version === document.text.version) return known
  const read: Read = {
    version: document.text.version,
    outline: outlineOf(document.path, document.text.getText()),
  }
  reads.set(document, read)
  return read
}

/** The present text as far as it can be read. */
export const outlineIn = (document: RecipeDocument): Outline => readOf(document).outline

/** Mentions of steps, params and gates in the present text. */
export const occurrencesIn = (document: RecipeDocument, kinds: Kinds): readonly Occurrence[] => {
  const read = readOf(document)
  read.occurrences ??= occurrencesOf(read.outline, kinds)
  return read.occurrences
}

const wholes = new WeakMap<Planned, Outline>()

/** The last text that was whole, as far as the present one lacks steps or params that it has: a half-written line may hide them. */
const hidden = ({ path, planned, plannedText }: RecipeDocument, present: Outline): Outline | undefined => {
  if (!planned?.recipe || plannedText === undefined) return undefined
  const { steps, params } = planned.recipe
  const isWhole =
    present.steps.size >= steps.length &&
    present.params.size >= Object.keys(params).length &&
    [...present.steps.values()].every(({ kind }) => kind !== undefined)
  if (isWhole) return undefined
  const whole = wholes.get(planned) ?? outlineOf(path, plannedText)
  wholes.set(planned, whole)
  return whole
}

/** Steps and params of the present text, and those of the last whole one that it hides. */
export const namedIn = (document: RecipeDocument, present: Outline): Pick<Outline, 'steps' | 'params'> => {
  const whole = hidden(document, present)
  if (!whole) return present
  const known = [...present.steps].filter(([id, { kind }]) => kind !== undefined || !whole.steps.has(id))
  return {
    steps: new Map([...whole.steps, ...known]),
    params: new Map([...whole.params, ...present.params]),
  }
}
