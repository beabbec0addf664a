import { Type } from 'typebox'
import { engineChoices } from '../core/engine-name.js'

// Fields that stand in several schemas of the language.

/** No key beside those that are declared. */
export const closed = { additionalProperties: false } as const

/** Which engine computes. */
export const engineField = Type.Enum([...engineChoices], {
  description: 'Engine that computes: `auto` takes the fastest that is there (never `cpu`).',
})

/** A whole number that random streams derive from. */
export const seedField = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description })

/** A description that anything may have. */
export const described = Type.Optional(Type.String({ description: 'A sentence for people.' }))

/** CEL; `true` by itself is no text to YAML. */
export const expression = (description: string) =>
  Type.Unsafe<string | boolean>({
    type: ['string', 'boolean'],
    minLength: 1,
    description,
    'x-trimtab': 'cel',
  })
