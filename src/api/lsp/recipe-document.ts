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
  /** Steps and params of the last text that could be planned, for the time until this one can. */
  whole?: Outline
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

/** Steps of the present text, and those of the last whole one that a half-written line hides. */
export const stepsIn = (document: RecipeDocument, present: Outline): Outline['steps'] =>
  new Map([...(document.whole?.steps ?? []), ...present.steps])
