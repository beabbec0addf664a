type Schema = Readonly<Record<string, unknown>>

/** Characters from which a part that stands there again is worth a definition. */
const worthwhile = 400

const isPart = (value: unknown): value is Schema =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  ('type' in value || 'anyOf' in value)

/** The same schema with parts that it says several times said once, under `definitions`. */
export const hoist = (schema: Schema): Schema => {
  const counts = new Map<string, number>()
  const count = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (isPart(value)) {
      const text = JSON.stringify(value)
      counts.set(text, (counts.get(text) ?? 0) + 1)
      // What is inside of a part that is known by now will be said with it.
      if (counts.get(text)! > 1) return
    }
    Object.values(value).forEach(count)
  }
  count(schema)

  const definitions: Record<string, unknown> = {}
  const names = new Map<string, string>()
  const replace = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(replace)
    const inside = (): Schema =>
      Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each)]))
    if (!isPart(value)) return inside()
    const text = JSON.stringify(value)
    if (text.length < worthwhile || (counts.get(text) ?? 1) === 1) return inside()
    let name = names.get(text)
    if (name === undefined) {
      name = `part${names.size + 1}`
      names.set(text, name)
      definitions[name] = inside()
    }
    return { $ref: `#/definitions/${name}` }
  }
  const { definitions: own, ...rest } = schema
  const whole = replace(rest) as Schema
  const defined = Object.fromEntries(
    Object.entries(own as Schema).map(([name, each]) => [
      name,
      Object.fromEntries(Object.entries(each as Schema).map(([key, inner]) => [key, replace(inner)])),
    ]),
  )
  return { ...whole, definitions: { ...defined, ...definitions } }
}
