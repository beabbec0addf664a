type Schema = Readonly<Record<string, unknown>>

const plain = (value: unknown): Schema =>
  typeof value === 'object' && value !== null ? (value as Schema) : {}

const bounds = (schema: Schema): string => {
  const words = {
    minimum: 'at least',
    exclusiveMinimum: 'above',
    maximum: 'at most',
    exclusiveMaximum: 'below',
  }
  const said = Object.entries(words).flatMap(([key, word]) => {
    const bound = schema[key]
    return typeof bound === 'number' ? [`${word} ${bound}`] : []
  })
  return said.length > 0 ? `, ${said.join(' and ')}` : ''
}

/** What a schema wants, as the end of a sentence: `a whole number, at least 1, or a list of 2`. */
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
    case 'string': {
      const { pattern } = schema
      return typeof pattern === 'string' ? `text of the form ${pattern}` : 'text'
    }
    case 'array': {
      const { minItems, maxItems } = schema
      const count = typeof minItems === 'number' && minItems === maxItems ? ` of ${minItems}` : ''
      return `a list${count}, each ${expectation(schema['items'])}`
    }
    default:
      return 'a map'
  }
}
