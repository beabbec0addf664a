import { engineNames } from '../core/engine-name.js'
import { publishedLayer } from '../network/published-layer.js'
import type { AnyStepSpec, Port } from '../steps/define-step.js'

type Schema = Readonly<Record<string, unknown>>

const expression = { $ref: '#/definitions/expression' }

const isScalar = (schema: Schema): boolean =>
  schema['enum'] !== undefined || ['number', 'integer', 'boolean'].includes(String(schema['type']))

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
  if (!isScalar(schema) || schema['const'] !== undefined) return changed
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

const metaKeys = {
  description: { type: 'string', description: 'A sentence for people.' },
  needs: {
    type: 'array',
    items: reference,
    description: 'Steps that must have ended well before this one starts. Order only: no data.',
  },
  seed: {
    anyOf: [{ type: 'integer', minimum: 0 }, expression],
    description: "A seed of the step's own, in place of the recipe's.",
  },
  engine: { enum: ['auto', ...engineNames], default: 'auto', description: 'What computes the step.' },
  resources: {
    type: 'object',
    additionalProperties: false,
    properties: {
      threads: {
        anyOf: [{ type: 'integer', minimum: 1 }, expression],
        description: 'Cores that the step may use.',
      },
      memory: {
        anyOf: [{ type: 'number', exclusiveMinimum: 0 }, expression],
        description: 'Memory that the step may use, in MB.',
      },
    },
    description: 'What the step may use of the machine.',
  },
  timeout: { type: 'string', description: 'Ends the step with a problem after so long: `90s`, `30m`, `2h`.' },
  retries: {
    anyOf: [{ type: 'integer', minimum: 0 }, expression],
    default: 0,
    description: 'Tries again so often after a failure.',
  },
} as const

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

const cel = (description: string) => ({ type: ['string', 'boolean'], description })
const stepName = { type: 'string', description: 'A step whose model was evaluated.' }
const share = (description: string, preset: number) => ({
  type: 'number',
  exclusiveMinimum: 0,
  exclusiveMaximum: 1,
  default: preset,
  description,
})

const gateForms = {
  check: cel('CEL over metrics that must be true: `int8.accuracy >= base.accuracy - 0.01`.'),
  nonInferior: {
    type: 'object',
    description:
      'Passes when the candidate is shown to lose less than the margin: paired on the same examples.',
    additionalProperties: false,
    required: ['candidate', 'reference', 'margin'],
    properties: {
      candidate: stepName,
      reference: stepName,
      metric: { type: 'string', default: 'accuracy', description: 'What is compared.' },
      margin: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: 'The loss that is still acceptable: 0.01 is one point.',
      },
      alpha: share('Chance of passing a candidate that loses the whole margin.', 0.05),
    },
  },
  faster: {
    type: 'object',
    description: 'Passes when a benchmark shows the candidate to be faster by a factor.',
    additionalProperties: false,
    required: ['candidate', 'reference', 'by'],
    properties: {
      candidate: stepName,
      reference: stepName,
      by: { type: 'number', exclusiveMinimum: 0, description: 'The factor: 1.5 is half as fast again.' },
      confidence: share('Confidence of the interval.', 0.95),
    },
  },
} as const

const gate: Schema = {
  type: 'object',
  description: 'Judges the run: pass, fail or inconclusive.',
  additionalProperties: false,
  properties: {
    ...gateForms,
    when: cel('CEL over metrics: the gate is skipped where this is false.'),
    severity: {
      enum: ['error', 'warn'],
      default: 'error',
      description: '`warn` reports a failure without failing the run.',
    },
  },
  oneOf: Object.keys(gateForms).map(form => ({ required: [form] })),
}

const param: Schema = {
  description: 'A knob of the recipe: its default value, or a declaration.',
  anyOf: [
    { type: ['number', 'string', 'boolean'] },
    {
      type: 'object',
      additionalProperties: false,
      properties: {
        type: {
          enum: ['number', 'integer', 'string', 'boolean', 'path'],
          description: 'Type of its values.',
        },
        default: {
          type: ['number', 'string', 'boolean'],
          description: 'Value where none is given; without it one must be given.',
        },
        minimum: { type: 'number', description: 'Least value.' },
        maximum: { type: 'number', description: 'Greatest value.' },
        enum: { type: 'array', description: 'The values that it may have.' },
        description: { type: 'string', description: 'What it means, for people.' },
      },
    },
  ],
}

const named = (pattern: string, schema: Schema): Schema => ({
  type: 'object',
  propertyNames: { pattern },
  additionalProperties: schema,
})

/** The JSON Schema of a whole recipe, draft-07, as editors take it. */
export const editorSchema = (kinds: readonly AnyStepSpec[]): Schema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Trimtab recipe',
  description:
    'What is made from what: steps that train, shrink and measure neural networks, and gates that judge them.',
  type: 'object',
  required: ['trimtab', 'steps'],
  additionalProperties: false,
  patternProperties: { '^x-': {} },
  properties: {
    trimtab: { const: 1, description: 'Version of the recipe language.' },
    description: { type: 'string', description: 'What this recipe is for.' },
    seed: { type: 'integer', minimum: 0, description: 'Every random draw of every step derives from it.' },
    engine: metaKeys.engine,
    allowPaths: {
      type: 'array',
      items: { type: 'string' },
      description: 'Folders outside the project that may be read.',
    },
    params: { ...named('^[A-Za-z][A-Za-z0-9_]*$', param), description: 'The knobs: `--set epochs=2`.' },
    steps: {
      ...named('^[A-Za-z][A-Za-z0-9_]*$', { $ref: '#/definitions/step' }),
      description: 'What is made: an id for each step.',
    },
    gates: { ...named('^[A-Za-z][A-Za-z0-9_-]*$', gate), description: 'How the run is judged.' },
  },
  definitions: {
    expression: {
      type: 'string',
      pattern: '^\\$\\{\\{[\\s\\S]*\\}\\}$',
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
