import { resolve } from 'node:path'
import { editorSchema } from '../language/editor-schema.js'
import { writeFileSafely } from '../store/write-file.js'
import type { AnyStepSpec } from '../steps/define-step.js'

/** The JSON Schema of recipes with these kinds, for editors. */
export const recipeSchema = (kinds: readonly AnyStepSpec[]): Readonly<Record<string, unknown>> =>
  editorSchema(kinds)

/** The JSON Schema of one kind's own fields. */
export const kindSchema = ({ params }: AnyStepSpec): Readonly<Record<string, unknown>> => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  ...(params as object),
})

/** Writes a text to a file, whole or not at all; its folder is made. */
export const writeText = (file: string, text: string): Promise<void> => writeFileSafely(resolve(file), text)
