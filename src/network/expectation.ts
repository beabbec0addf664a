const plain = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const bounds = (schema: Record<string, unknown>): string => {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema
  const low =
    minimum !== undefined
      ? `at least ${minimum}`
      : exclusiveMinimum !== undefined
        ? `above ${exclusiveMinimum}`
        : ''
  const high =
    maximum !== undefined
      ? `at most ${maximum}`
      : exclusiveMaximum !== undefined
        ? `below ${exclusiveMaximum}`
        : ''
  const both = [low, high].filter(Boolean).join(' and ')
  return both && ` ${both}`
}

/** What a schema wants, as the end of a sentence: `a whole number at least 1, or a list of 2`. */
export const expectation = (of: unknown): string => {
  const schema = plain(of)
  if (Array.isArray(schema['enum'])) return `one of ${schema['enum'].join(', ')}`
  if ('const' in schema) return JSON.stringify(schema['const'])
  const options = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(options)) return options.map(expectation).join(', or ')
  switch (schema['type']) {
    case 'integer':
      return `a whole number${bounds(schema)}`
    case 'number':
      return `a number${bounds(schema)}`
    case 'boolean':
      return 'true or false'
    case 'string':
      return schema['pattern'] === undefined ? 'text' : `text of the form ${String(schema['pattern'])}`
    case 'array': {
      const { minItems, maxItems } = schema
      const count = minItems === maxItems && minItems !== undefined ? ` of ${String(minItems)}` : ''
      return `a list${count}, each ${expectation(schema['items'])}`
    }
    default:
      return 'a map'
  }
}
