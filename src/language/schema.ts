import { bytesPattern } from '../core/units.js'
import { Type } from 'typebox'
import type { ArtifactType } from '../core/artifact.js'
import { engineChoices } from '../core/engine-name.js'

export const closed = { additionalProperties: false } as const

export const engineField = Type.Enum([...engineChoices], {
  description: 'Engine that computes: `auto` takes the fastest that is there (never `cpu`).',
})

const seed = (description: string) =>
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

const axisValue = Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] })
const combinations = (description: string) =>
  Type.Optional(Type.Array(Type.Record(Type.String(), axisValue), { description }))

/** Axes by name; what they hold is read value by value. */
const matrix = Type.Object(
  {
    include: combinations('Further combinations; each sets every axis.'),
    exclude: combinations('Combinations that are left out: all that agree with what one of these says.'),
  },
  {
    description: 'One instance for each combination of the values of these axes: `{sparsity: [0.5, 0.7]}`.',
    additionalProperties: Type.Union(
      [
        Type.Array(axisValue, { minItems: 1, description: 'The values of the axis.' }),
        Type.Object(
          {
            layersOf: Type.String({
              description: 'A step: the axis has the names of the layers of its model.',
            }),
            type: Type.Optional(Type.String({ description: 'Only layers of this type, such as `conv2d`.' })),
          },
          closed,
        ),
        Type.Object(
          {},
          { additionalProperties: true, description: 'Values by the names that instances show.' },
        ),
      ],
      { description: 'An axis: a list of values, a map name → value, or `{layersOf: STEP, type: conv2d}`.' },
    ),
  },
)

/** Keys that any step may have beside its kind's own fields and ports. */
export const metaSchema = Type.Object(
  {
    kind: Type.String({ description: 'What the step does: picks its other keys.' }),
    description: described,
    needs: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Steps that must have finished first. Order only: no data, not in the key.',
      }),
    ),
    matrix: Type.Optional(matrix),
    when: Type.Optional(
      expression('The step is skipped where this is false: CEL over metrics of the validation split.'),
    ),
    seed: Type.Optional(seed("A seed of the step's own, in place of the recipe's.")),
    engine: Type.Optional(engineField),
    resources: Type.Optional(
      Type.Object(
        {
          threads: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 1024, description: 'Cores that it may use.' }),
          ),
          memory: Type.Optional(
            Type.Unsafe<number | string>({
              type: ['integer', 'string'],
              minimum: 1,
              pattern: bytesPattern,
              description: 'Memory that it may use: `2 GB`, `512 MiB`, or bytes.',
            }),
          ),
          gpus: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 64,
              description:
                'GPUs that it gets to itself. `0`: none, also where the engine would take one. Absence: one, where its engine computes on a GPU and the machine has one.',
            }),
          ),
        },
        { ...closed, description: 'What the step may use of the machine.' },
      ),
    ),
    timeout: Type.Optional(
      Type.String({
        pattern: '^\\d+(\\.\\d+)? *(ms|s|m|h|d)$',
        description: 'Ends the step with a problem after this long: `90s`, `30m`, `2h`.',
      }),
    ),
    retries: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100, description: 'Tries again so often after a failure.' }),
    ),
    onOutOfMemory: Type.Optional(
      Type.Enum(['fail', 'halveBatch'], {
        description:
          'What happens where memory runs out: `halveBatch` tries again with half as many examples at once, and sums their gradients to those of the whole batch; again and again, down to one. Absence: `fail`.',
      }),
    ),
    checkpoint: Type.Optional(
      Type.String({
        pattern: '^(never|every +([1-9]\\d* *(epochs?|steps?)|\\d+(\\.\\d+)? *(ms|s|m|h|d)))$',
        examples: ['every 1 epoch', 'every 500 steps', 'every 10m', 'never'],
        description:
          'How often a training keeps what it has, so that a killed run goes on from there: `every 1 epoch`, `every 500 steps`, `every 10m`, `never`. Absence: every 30 s. It changes no bit of the result.',
      }),
    ),
  },
  closed,
)

const stepKeys: ReadonlySet<string> = new Set(Object.keys(metaSchema.properties))

/** True for a key that any step may have, whatever its kind. */
export const isMetaKey = (key: string): boolean => stepKeys.has(key)

export const paramTypes = ['number', 'integer', 'string', 'boolean', 'path'] as const
export type ParamType = (typeof paramTypes)[number]

const scalar = Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] })

/** The long form of a param. */
export const paramSchema = Type.Object(
  {
    type: Type.Enum([...paramTypes], { description: 'Type of its value.' }),
    default: Type.Optional(
      Type.Unsafe<string | number | boolean>({ ...scalar, description: 'Absence: the param is required.' }),
    ),
    minimum: Type.Optional(Type.Number({ description: 'Least value.' })),
    maximum: Type.Optional(Type.Number({ description: 'Greatest value.' })),
    enum: Type.Optional(Type.Array(scalar, { minItems: 1, description: 'The values that it may have.' })),
    description: described,
  },
  closed,
)

export const artifactTypes = [
  'model',
  'dataset',
  'metrics',
  'file',
] as const satisfies readonly ArtifactType[]
const artifactType = (description: string) => Type.Enum([...artifactTypes], { description })

/** What a recipe takes from outside: a type, or a map that says more. */
export const inputSchema = Type.Union([
  artifactType('What is given: the output of a step.'),
  Type.Object(
    {
      type: artifactType('Type of what is given.'),
      optional: Type.Optional(
        Type.Boolean({ default: false, description: 'True: the recipe can do without.' }),
      ),
      description: described,
    },
    closed,
  ),
])

/** Where results are shared with other machines. */
export const storeSchema = Type.Object(
  {
    remote: Type.String({
      minLength: 1,
      maxLength: 5000,
      description:
        'Where: `s3://BUCKET/PREFIX`, or a folder, `file:///FOLDER` (`file:../FOLDER` from this file).',
    }),
    region: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9-]{1,64}$',
        description: 'Region of the bucket. Absent: as the AWS environment says.',
      }),
    ),
    endpoint: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2000,
        description:
          "URL of a server that speaks S3 and is not AWS's: `http://127.0.0.1:7070`. Absent: as the AWS environment says.",
      }),
    ),
    push: Type.Optional(
      Type.Enum(['auto', 'never'], {
        default: 'auto',
        description: '`auto`: a run puts there what it made. `never`: a run only takes from there.',
      }),
    ),
  },
  {
    ...closed,
    title: 'store',
    description: 'Where results are shared with other machines; credentials come from the environment.',
  },
)

/** Top-level keys, without what stands inside of `params`, `steps` and `gates`. */
export const recipeSchema = Type.Object(
  {
    trimtab: Type.Literal(1, { description: 'Version of the language.' }),
    description: described,
    seed: Type.Optional(
      Type.Unsafe<number>({ ...seed('Every random draw of every step derives from it.'), default: 0 }),
    ),
    engine: Type.Optional(engineField),
    extends: Type.Optional(
      Type.Unsafe<string | readonly string[]>({
        anyOf: [
          { type: 'string', minLength: 1 },
          { type: 'array', items: { type: 'string', minLength: 1 } },
        ],
        description: 'Recipes that this one is laid over: paths, or `trimtab:NAME` for one that ships.',
      }),
    ),
    plugins: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: 'Modules that bring step kinds of your own: `./my-step.js`, or a package.',
      }),
    ),
    allowPaths: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
        maxItems: 100,
        description: 'Folders and files outside the project that the recipe may read.',
      }),
    ),
    store: Type.Optional(storeSchema),
    params: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'The knobs: `--set epochs=2`.' }),
    ),
    inputs: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description:
            'What the recipe takes from outside, by name: `data: dataset`. Steps name it like a step.',
        },
      ),
    ),
    outputs: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description: 'What a pipeline of this recipe hands out: a name for `step` or `step.output`.',
        },
      ),
    ),
    steps: Type.Object({}, { additionalProperties: true, minProperties: 1, description: 'Steps by name.' }),
    gates: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'What must hold of the result, by name.' }),
    ),
  },
  closed,
)
