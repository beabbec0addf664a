import { Type } from 'typebox'

/** Marks a string field whose value is a path: resolved where it was written, checked, hashed into keys by content. */
export const pathField = (description: string) =>
  Type.String({ minLength: 1, description, 'x-trimtab': 'path' })

/** True for a schema made by `pathField`. */
export const isPathField = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && (schema as Record<string, unknown>)['x-trimtab'] === 'path'
