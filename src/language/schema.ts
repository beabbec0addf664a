import { Type } from 'typebox'
import type { ArtifactType } from '../core/artifact.js'
import { closed, described, engineField, seedField } from './schema-fields.js'

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
      Type.Unsafe<number>({ ...seedField('Every random draw of every step derives from it.'), default: 0 }),
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
