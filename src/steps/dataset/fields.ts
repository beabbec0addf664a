import { type Static, Type } from 'typebox'
import { bytesPattern, parseBytes } from '../../core/units.js'
import { resolveVariant, variantField } from '../../network/variants.js'
import { mostClasses } from '../../sources/labels.js'
import { type Source, sourceTables } from '../../sources/tables.js'

const sourceField = (description: string) => variantField(sourceTables, { description })

const shareOrCount = (description: string) => Type.Number({ exclusiveMinimum: 0, description })

const over = (what: string) =>
  Type.Enum(['all', 'feature', 'channel'], {
    description: `${what} Over all numbers, of each feature (position in an example), or of each channel (last axis).`,
  })

/** The dataset kind's own fields. */
export const datasetFields = Type.Object(
  {
    source: sourceField(
      'Where the examples come from: `digits`, or a one-key map such as `{idx: {images, labels}}`.',
    ),
    test: Type.Optional(sourceField('A source of its own for the test split.')),
    split: Type.Optional(
      Type.Object(
        {
          train: Type.Optional(shareOrCount('Examples to learn from.')),
          validation: Type.Optional(shareOrCount('Examples to choose by.')),
          test: Type.Optional(shareOrCount('Examples to judge by; not beside a `test` source.')),
        },
        {
          additionalProperties: false,
          minProperties: 1,
          description:
            'How the source is divided, at random from the seed: shares up to 1, or counts. Absent: all is `train`.',
        },
      ),
    ),
    stratify: Type.Boolean({
      default: true,
      description: 'Each split gets the same share of every class. Means nothing for regression.',
    }),
    normalize: Type.Optional(
      Type.Object(
        {
          divide: Type.Optional(
            Type.Number({ exclusiveMinimum: 0, description: 'Divides every number: 255 for bytes.' }),
          ),
          standardize: Type.Optional(over('Subtracts the mean and divides by the standard deviation.')),
          minMax: Type.Optional(over('Maps the smallest number to 0 and the largest to 1.')),
        },
        {
          additionalProperties: false,
          minProperties: 1,
          maxProperties: 1,
          description:
            'How features become inputs. What it needs to know is fitted on `train` alone. Absent: as stored.',
        },
      ),
    ),
    shape: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        maxItems: 8,
        description: 'Shape of one example, where it is not the source’s own: `[28, 28, 1]` of 784 columns.',
      }),
    ),
    classes: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: mostClasses,
        description: 'Number of classes, where it is more than the labels show.',
      }),
    ),
    classNames: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 2,
        uniqueItems: true,
        description: 'Names of the classes, in the order of their indices.',
      }),
    ),
    unpackedLimit: Type.Optional(
      Type.Unsafe<number | string>({
        type: ['integer', 'string'],
        minimum: 1,
        pattern: bytesPattern,
        description:
          'Bytes that a packed file of a source may unpack to: `4 GB`. Absent: 32 MiB, or 50 times its own size where that is more.',
      }),
    ),
    task: Type.Enum(['classification', 'regression'], {
      default: 'classification',
      description: '`classification`: labels are classes. `regression`: they are numbers to predict.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Reads examples, divides them into train, validation and test, and fixes how they are normalized.',
  },
)
export type DatasetConfig = Static<typeof datasetFields>

/** A written source with its name and all of its fields. */
export const resolveSource = (written: DatasetConfig['source']): Source =>
  resolveVariant(sourceTables, written)

/** Bytes that the config allows a packed file to unpack to; undefined where it says nothing. */
export const unpackedLimitOf = ({ unpackedLimit }: DatasetConfig): number | undefined =>
  unpackedLimit === undefined ? undefined : parseBytes(unpackedLimit)
