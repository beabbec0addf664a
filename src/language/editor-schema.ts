import { publishedLayer } from '../network/published-layer.js'
import type { AnyStepSpec, Port } from '../steps/define-step.js'
import { authored, shown, type Schema } from './authored.js'
import { allowExtending, partial } from './extending-schema.js'
import { hoist } from './hoist.js'
import { gateForms, gateSchema } from './gate-schema.js'
import { inputSchema, paramSchema, recipeSchema } from './schema.js'
import { metaSchema } from './step-schema.js'

const reference = {
  type: 'string',
  pattern: '^[A-Za-z][A-Za-z0-9_]*(\\[[^\\]]*\\])?(\\.[A-Za-z][A-Za-z0-9_]*)?$',
}

const portSchema = (name: string, port: Port, config: Schema | undefined): Schema => {
  const described = {
    description: port.description ?? `A ${port.type}: the step that makes it, or \`step.output\`.`,
  }
  if (port.list) return { ...described, type: 'array', items: reference, minItems: 1 }
  if (port.either && config) {
    const { description: _, ...map } = authored(config)
    return { ...described, anyOf: [{ oneOf: [{ title: name, ...map }, reference] }] }
  }
  if (port.words) return { ...described, anyOf: [{ enum: port.words }, reference] }
  return { ...described, ...reference }
}

/** Meta keys that take expressions. */
const taking = ['matrix', 'seed', 'resources', 'timeout', 'retries', 'checkpoint']

/** Keys that any step may have. */
const metaKeys = (() => {
  const { kind: _, needs, ...rest } = metaSchema.properties as unknown as Record<string, Schema>
  const inside = (schema: Schema) => schema['properties'] as Record<string, Schema>
  const [plain, free] = [shown({ properties: rest }), authored({ properties: rest })]
  return {
    ...inside(plain),
    ...Object.fromEntries(taking.map(key => [key, inside(free)[key]])),
    needs: { ...needs, items: reference },
  } as Readonly<Record<string, Schema>>
})()

/** Schema of one kind's steps, as an author writes them, less the `kind`: ports, fields, meta keys. */
export const authoredStep = (spec: AnyStepSpec): Schema => {
  const fields = authored(spec.params as unknown as Schema)
  const own = { ...(fields['properties'] as Record<string, unknown>) }
  const raw = spec.params.properties as unknown as Record<string, Schema>
  const ports = Object.fromEntries(
    Object.entries(spec.consumes).map(([name, port]) => [name, portSchema(name, port, raw[name])]),
  )
  const { checkpoint, onOutOfMemory, ...usual } = metaKeys
  const wanted = Object.entries(spec.consumes).filter(([, port]) => port.optional !== true)
  return {
    title: `${spec.kind} step`,
    type: 'object',
    description: fields['description'] ?? `A ${spec.kind} step.`,
    additionalProperties: false,
    required: [...new Set([...wanted.map(([name]) => name), ...((fields['required'] ?? []) as string[])])],
    // Ports come first, also where the kind has a field of the same name.
    properties: {
      kind: { doNotSuggest: true },
      ...ports,
      ...own,
      ...ports,
      ...usual,
      ...(spec.checkpoints ? { checkpoint } : {}),
      ...(spec.microBatches ? { onOutOfMemory } : {}),
    },
  }
}

const partOf = (kind: string): string => `${kind}Part`

/**
 * Any step: the `kind` alone decides what else is looked at, so that an unknown kind is one message, and a faulty
 * step is blamed by its own kind only. (A `oneOf` over the kinds blames the kind twice; see docs/editors.md.)
 */
const stepSchema = (kinds: readonly AnyStepSpec[], definitionOf: (kind: string) => string): Schema => {
  const names = kinds.map(({ kind }) => kind)
  return {
    title: 'step',
    type: 'object',
    properties: {
      kind: {
        description: 'What the step does: picks its other keys.',
        enum: names,
        enumDescriptions: kinds.map(({ params }) => (params as { description?: string }).description ?? ''),
        errorMessage: `There is no such kind of step. There are: ${names.join(', ')}.`,
      },
    },
    allOf: names.map(kind => ({
      // In two, or older servers would offer to fill in what the condition asks for, once for each kind.
      if: { type: 'object', allOf: [{ required: ['kind'] }, { properties: { kind: { const: kind } } }] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { $ref: `#/definitions/${definitionOf(kind)}` },
    })),
  }
}

/** A step of a recipe that extends another: what it lacks, its kind too, may stand in the base. */
const stepPart = (kinds: readonly AnyStepSpec[]): Schema => ({
  ...stepSchema(kinds, partOf),
  type: ['object', 'null'],
  description: 'A step of its own, what differs from the one in the base, or `null` to remove that.',
  if: { type: 'object', not: { required: ['kind'] } },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: partial({ properties: metaKeys }),
})

const forms = Object.keys(gateForms)

/** What is wrong with two forms of a gate: the second that is written is told. */
const oneForm = forms.slice(0, -1).map((form, index) => ({
  if: { required: [form] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: {
    errorMessage: `A gate takes one form, and has ${form} already.`,
    properties: Object.fromEntries(forms.slice(index + 1).map(other => [other, false])),
  },
}))

const gateKeys: Schema = {
  ...shown(gateSchema as unknown as Schema),
  title: 'gate',
  description: 'Judges the run: pass, fail or inconclusive.',
}

const gate: Schema = {
  ...gateKeys,
  anyOf: forms.map(form => ({
    required: [form],
    errorMessage: `A gate needs a form: ${forms.join(', ')}.`,
  })),
  allOf: oneForm,
}

const value = {
  type: ['number', 'string', 'boolean'],
  errorMessage: 'A param is its default value, or a map with its `type`.',
}
const declaration: Schema = { title: 'param', ...shown(paramSchema as unknown as Schema) }
const param: Schema = {
  description: 'A knob of the recipe: its default value, or a declaration.',
  oneOf: [declaration, value],
}

/** What stands inside of a recipe that extends another. */
const parts = {
  steps: { $ref: '#/definitions/stepPart' },
  gates: { ...partial(gateKeys), type: ['object', 'null'] },
  params: {
    description: param['description'],
    oneOf: [partial(declaration), { ...value, type: [...value.type, 'null'] }],
  },
}

const input: Schema = {
  anyOf: (inputSchema.anyOf as unknown as Schema[]).map(each =>
    each['properties'] ? { title: 'input', ...shown(each) } : shown(each),
  ),
  description: 'Its type, or a map that says more.',
}

const named = (title: string, pattern: string, schema: Schema): Schema => ({
  type: 'object',
  propertyNames: {
    title,
    description: `A name for the ${title}.`,
    pattern,
    patternErrorMessage: `The name of a ${title} is a letter, then letters, digits and ${pattern.includes('-]') ? '- or _' : '_'}.`,
  },
  additionalProperties: schema,
})

/** The JSON Schema of a whole recipe, draft-07, as editors take it. */
export const editorSchema = (kinds: readonly AnyStepSpec[]): Schema =>
  hoist(allowExtending(wholeSchema(kinds), parts))

const wholeSchema = (kinds: readonly AnyStepSpec[]): Schema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Trimtab recipe',
  description:
    'What is made from what: steps that train, shrink and measure neural networks, and gates that judge them.',
  ...recipeSchema,
  patternProperties: { '^x-': {} },
  properties: {
    ...recipeSchema.properties,
    trimtab: {
      ...recipeSchema.properties.trimtab,
      errorMessage: 'This version of Trimtab reads language version 1.',
    },
    params: {
      ...named('param', '^[A-Za-z][A-Za-z0-9_]*$', param),
      description: 'The knobs: `--set epochs=2`.',
    },
    inputs: {
      ...named('input', '^[A-Za-z][A-Za-z0-9_]*$', input),
      description: 'What the recipe takes from outside, by name: `data: dataset`.',
    },
    outputs: {
      ...named('output', '^[A-Za-z][A-Za-z0-9_]*$', {
        ...reference,
        description: 'A step, or `step.output`.',
      }),
      description: 'What a pipeline of this recipe hands out.',
    },
    steps: {
      ...named('step', '^[A-Za-z][A-Za-z0-9_]*$', { $ref: '#/definitions/step' }),
      description: 'What is made: an id for each step.',
    },
    gates: { ...named('gate', '^[A-Za-z][A-Za-z0-9_-]*$', gate), description: 'How the run is judged.' },
  },
  definitions: {
    expression: {
      type: 'string',
      pattern: '\\$\\{\\{[\\s\\S]*\\}\\}',
      description: '`${{ }}`: CEL over params.',
    },
    layer: authored(publishedLayer()),
    step: { ...stepSchema(kinds, kind => kind), required: ['kind'] },
    stepPart: stepPart(kinds),
    ...Object.fromEntries(kinds.map(spec => [spec.kind, authoredStep(spec)])),
    ...Object.fromEntries(kinds.map(spec => [partOf(spec.kind), partial(authoredStep(spec))])),
  },
})
