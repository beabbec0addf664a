import { publishedLayer } from '../network/published-layer.js'
import type { AnyStepSpec, Port } from '../steps/define-step.js'
import { allowExtending } from './extending-schema.js'
import { hoist } from './hoist.js'
import { gateForms, gateSchema, inputSchema, metaSchema, paramSchema, recipeSchema } from './schema.js'

type Schema = Readonly<Record<string, unknown>>

const expression = { $ref: '#/definitions/expression' }

/** True where an author may write `${{ }}` and the schema as it is would refuse a text. */
const needsExpression = (schema: Schema): boolean => {
  if (schema['const'] !== undefined) return false
  const types = [schema['type']].flat().map(String)
  if (schema['enum'] !== undefined || types.some(type => ['number', 'integer', 'boolean'].includes(type)))
    return true
  return types.includes('string') && schema['pattern'] !== undefined
}

const mapValues = (value: unknown, change: (schema: Schema) => unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value as Record<string, Schema>).map(([key, each]) => [key, change(each)]),
  )

/**
 * The schema that an author's editor needs, from the one that resolved values are checked with: `${{ }}` may stand
 * for a scalar, what has a default may be left out, and layers are spelt out.
 */
export const authored = (schema: Schema): Schema => {
  const { $id: _, 'x-trimtab': mark, ...rest } = schema
  const changed: Record<string, unknown> = { ...rest }
  if (mark === 'layers') changed['items'] = { $ref: '#/definitions/layer' }
  else if (Array.isArray(schema['items'])) changed['items'] = schema['items'].map(authored)
  else if (typeof schema['items'] === 'object') changed['items'] = authored(schema['items'] as Schema)
  for (const key of ['anyOf', 'oneOf', 'allOf'])
    if (Array.isArray(schema[key])) changed[key] = schema[key].map(authored)
  for (const key of ['additionalProperties', 'then', 'else', 'not'])
    if (typeof schema[key] === 'object') changed[key] = authored(schema[key] as Schema)
  if (schema['patternProperties'])
    changed['patternProperties'] = mapValues(schema['patternProperties'], authored)
  if (schema['properties']) {
    const properties = schema['properties'] as Record<string, Schema>
    changed['properties'] = mapValues(properties, authored)
    const required = ((schema['required'] ?? []) as string[]).filter(
      name => properties[name]?.['default'] === undefined,
    )
    delete changed['required']
    if (required.length > 0) changed['required'] = required
  }
  if (!needsExpression(schema)) return changed
  const { description, default: preset, ...type } = changed
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    anyOf: [type, expression],
  }
}

const reference = {
  type: 'string',
  pattern: '^[A-Za-z][A-Za-z0-9_]*(\\[[^\\]]*\\])?(\\.[A-Za-z][A-Za-z0-9_]*)?$',
}

const portSchema = (port: Port, config: Schema | undefined): Schema => {
  const described = {
    description: port.description ?? `A ${port.type}: the step that makes it, or \`step.output\`.`,
  }
  if (port.list) return { ...described, type: 'array', items: reference, minItems: 1 }
  if (port.either && config) return { ...described, anyOf: [reference, authored(config)] }
  return { ...described, ...reference }
}

/** Keys that any step may have; only some of them take expressions. */
const metaKeys = (() => {
  const { kind: _, needs, ...rest } = metaSchema.properties as unknown as Record<string, Schema>
  const taking = authored({ properties: rest })['properties'] as Record<string, Schema>
  return {
    ...rest,
    ...Object.fromEntries(['seed', 'resources', 'timeout', 'retries'].map(key => [key, taking[key]])),
    needs: { ...needs, items: reference },
  }
})()

/** Schema of one kind's steps, as an author writes them: kind, ports, fields, meta keys. */
export const authoredStep = (spec: AnyStepSpec): Schema => {
  const fields = authored(spec.params as unknown as Schema)
  const own = { ...(fields['properties'] as Record<string, unknown>) }
  const raw = spec.params.properties as unknown as Record<string, Schema>
  const ports = Object.fromEntries(
    Object.entries(spec.consumes).map(([name, port]) => [name, portSchema(port, raw[name])]),
  )
  const wanted = Object.entries(spec.consumes).filter(([, port]) => port.optional !== true)
  return {
    type: 'object',
    description: fields['description'] ?? `A ${spec.kind} step.`,
    additionalProperties: false,
    required: [
      ...new Set(['kind', ...wanted.map(([name]) => name), ...((fields['required'] ?? []) as string[])]),
    ],
    properties: {
      kind: { const: spec.kind, description: fields['description'] ?? '' },
      ...own,
      ...ports,
      ...metaKeys,
    },
  }
}

const bare = (schema: object): Schema => {
  const properties = (schema as { properties: Record<string, Schema> }).properties
  const required = ((schema as { required?: string[] }).required ?? []).filter(
    key => properties[key]?.['default'] === undefined,
  )
  return { ...schema, ...(required.length > 0 ? { required } : { required: undefined }) }
}

const gate: Schema = {
  ...bare(gateSchema),
  description: 'Judges the run: pass, fail or inconclusive.',
  properties: {
    ...gateSchema.properties,
    nonInferior: bare(gateForms.nonInferior),
    faster: bare(gateForms.faster),
  },
  oneOf: Object.keys(gateForms).map(form => ({ required: [form] })),
}

const param: Schema = {
  description: 'A knob of the recipe: its default value, or a declaration.',
  anyOf: [{ type: ['number', 'string', 'boolean'] }, paramSchema],
}

const named = (pattern: string, schema: Schema): Schema => ({
  type: 'object',
  propertyNames: { pattern },
  additionalProperties: schema,
})

/** The JSON Schema of a whole recipe, draft-07, as editors take it. */
export const editorSchema = (kinds: readonly AnyStepSpec[]): Schema =>
  hoist(allowExtending(wholeSchema(kinds)))

const wholeSchema = (kinds: readonly AnyStepSpec[]): Schema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Trimtab recipe',
  description:
    'What is made from what: steps that train, shrink and measure neural networks, and gates that judge them.',
  ...recipeSchema,
  patternProperties: { '^x-': {} },
  properties: {
    ...recipeSchema.properties,
    params: { ...named('^[A-Za-z][A-Za-z0-9_]*$', param), description: 'The knobs: `--set epochs=2`.' },
    inputs: {
      ...named('^[A-Za-z][A-Za-z0-9_]*$', inputSchema as unknown as Schema),
      description: 'What the recipe takes from outside, by name: `data: dataset`.',
    },
    outputs: {
      ...named('^[A-Za-z][A-Za-z0-9_]*$', { ...reference, description: 'A step, or `step.output`.' }),
      description: 'What a pipeline of this recipe hands out.',
    },
    steps: {
      ...named('^[A-Za-z][A-Za-z0-9_]*$', { $ref: '#/definitions/step' }),
      description: 'What is made: an id for each step.',
    },
    gates: { ...named('^[A-Za-z][A-Za-z0-9_-]*$', gate), description: 'How the run is judged.' },
  },
  definitions: {
    expression: {
      type: 'string',
      pattern: '\\$\\{\\{[\\s\\S]*\\}\\}',
      description: '`${{ }}`: CEL over params.',
    },
    layer: authored(publishedLayer()),
    step: {
      type: 'object',
      required: ['kind'],
      discriminator: { propertyName: 'kind' },
      properties: { kind: { enum: kinds.map(spec => spec.kind), description: 'What the step does.' } },
      oneOf: kinds.map(spec => ({ $ref: `#/definitions/${spec.kind}` })),
    },
    ...Object.fromEntries(kinds.map(spec => [spec.kind, authoredStep(spec)])),
  },
})
