import { Type } from 'typebox'

/** Marks a string field whose value is a path: resolved where it was written, checked, hashed into keys by content. */
export const pathField = (description: string) =>
  Type.String({ minLength: 1, description, 'x-trimtab': 'path' })
