import { realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { occurrencesOf, type Kinds, type Occurrence } from '../../language/editor/occurrences.js'
import { entriesOf, outlineOf, textAt, type Outline } from '../../language/editor/outline.js'
import type { KnownParam, KnownStep } from '../../language/editor/completion.js'
import type { Recipe, Reference } from '../../language/recipe.js'
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
  /** The kinds that its steps may have, with those of its plug-ins where these are trusted. */
  kinds: Kinds
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
  /^\uFEFF?["']?trimtab["']? *:/m.test(text) || /(^|[.-])(recipe|trimtab)\.ya?ml$/i.test(basename(path))

interface Read {
  readonly version: number
  readonly kinds: Kinds
  readonly outline: Outline
  occurrences?: readonly Occurrence[]
}

const reads = new WeakMap<RecipeDocument, Read>()

const readOf = (document: RecipeDocument): Read => {
  const { kinds, text } = document
  const known = reads.get(document)
  if (known?.version === text.version && known.kinds === kinds) return known
  const read: Read = {
    version: text.version,
    kinds,
    outline: outlineOf(document.path, text.getText()),
  }
  reads.set(document, read)
  return read
}

/** The present text as far as it can be read. */
export const outlineIn = (document: RecipeDocument): Outline => readOf(document).outline

/** Mentions of steps, params and gates in the present text. */
export const occurrencesIn = (document: RecipeDocument): readonly Occurrence[] => {
  const read = readOf(document)
  read.occurrences ??= occurrencesOf(read.outline, document.kinds)
  return read.occurrences
}

/** What each pipeline of a recipe hands out, by name. */
const outputsOfPipelines = (recipe: Recipe | undefined): Map<string, KnownStep['outputs']> => {
  const specs = new Map(recipe?.steps.map(({ id, spec }) => [id, spec]))
  const typeOf = ({ step, output }: Reference) =>
    output === undefined
      ? Object.values(specs.get(step)?.produces ?? {})[0]
      : specs.get(step)?.produces[output]
  return new Map(
    [...(recipe?.pipelines ?? [])]
      .filter(([id]) => !id.includes('/'))
      .map(([id, outputs]) => [
        id,
        Object.fromEntries(
          Object.entries(outputs).flatMap(([name, reference]) => {
            const type = typeOf(reference)
            return type ? [[name, type]] : []
          }),
        ),
      ]),
  )
}

/** Steps that others may name: those of the present text, and those that it hides while it is half-written, or inherits. */
export const knownSteps = (
  { planned }: RecipeDocument,
  { steps }: Outline,
  kinds: Kinds,
): ReadonlyMap<string, KnownStep> => {
  const known = new Map<string, KnownStep>()
  for (const [id, outputs] of outputsOfPipelines(planned?.recipe))
    known.set(id, { id, kind: 'pipeline', outputs, axes: [] })
  for (const { id, kind, spec, description, axes } of planned?.recipe?.steps ?? []) {
    // Steps inside of a pipeline have no name outside of it.
    if (id.includes('/')) continue
    known.set(id, {
      id,
      kind,
      outputs: spec?.produces ?? {},
      axes: Object.keys(axes),
      ...(description === undefined ? {} : { description }),
    })
  }
  for (const { id, kind, value } of steps.values()) {
    if (kind === undefined && known.has(id)) continue
    const spec = kinds.get(kind ?? '')
    const description = textAt(value, 'description')
    const axes = [...entriesOf(entriesOf(value).get('matrix')?.value).keys()]
    known.set(id, {
      id,
      ...(kind === undefined ? {} : { kind }),
      outputs: (spec?.composes ? known.get(id)?.outputs : spec?.produces) ?? {},
      axes: [...new Set([...(known.get(id)?.axes ?? []), ...axes])].filter(
        axis => axis !== 'include' && axis !== 'exclude',
      ),
      ...(description === undefined ? {} : { description }),
    })
  }
  return known
}

/** Params that expressions may name, in the same way. */
export const knownParams = ({ planned }: RecipeDocument, { params }: Outline): readonly KnownParam[] => {
  const known = new Map<string, KnownParam>()
  const values = planned?.recipe?.params ?? {}
  for (const [name, declaration] of planned?.recipe?.declared ?? []) {
    const { type, description } = declaration ?? {}
    const declared = type ?? typeof values[name]
    known.set(name, {
      name,
      detail: values[name] === undefined ? declared : `${declared}, default: ${JSON.stringify(values[name])}`,
      ...(description === undefined ? {} : { description }),
    })
  }
  for (const [name, { value }] of params) {
    const written = value.kind === 'map' ? value.entries.get('default')?.value : value
    const plain = written?.kind === 'scalar' ? written.value : undefined
    const declared = textAt(value, 'type') ?? typeof plain
    const description = textAt(value, 'description')
    known.set(name, {
      name,
      detail: plain === undefined ? declared : `${declared}, default: ${String(plain)}`,
      ...(description === undefined ? {} : { description }),
    })
  }
  return [...known.values()]
}
