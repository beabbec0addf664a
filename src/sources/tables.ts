import { type Static, Type } from 'typebox'
import { pathField } from '../core/fields.js'

const column = (description: string) =>
  Type.Unsafe<string | number>({ type: ['string', 'integer'], minLength: 1, minimum: 0, description })

/** Where a dataset may come from, by name. The fields of each are optional only where that is said. */
export const sourceTables = {
  digits: Type.Object(
    {
      examples: Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 6000,
        description: 'Digits to draw. The first ones stay the same when there are more.',
      }),
      difficulty: Type.Number({
        minimum: 0,
        maximum: 2,
        default: 1,
        description: 'How much hands differ: 0 draws clean digits, 1 is about as hard as real ones.',
      }),
    },
    { description: '28×28 grey digits that Trimtab draws itself, from the seed alone.' },
  ),
  idx: Type.Object(
    {
      images: pathField('Features: IDX, plain or gzip. The first axis counts examples.'),
      labels: pathField(
        'Labels: IDX with one axis, plain or gzip. For regression, targets with one or two axes.',
      ),
    },
    { description: 'IDX files, as MNIST has them.' },
  ),
  csv: Type.Object(
    {
      path: pathField('The table: comma-separated UTF-8 text (RFC 4180), plain or gzip.'),
      label: Type.Optional(
        column(
          'Column of the class, by its name or by its place from 0. For regression, the one column of targets.',
        ),
      ),
      targets: Type.Optional(
        Type.Array(column('A column.'), {
          minItems: 1,
          description: 'Columns of targets, for regression to several numbers. In place of `label`.',
        }),
      ),
      ignore: Type.Array(column('A column.'), {
        default: [],
        description: 'Columns that are left out. All others are features, in their order.',
      }),
      header: Type.Boolean({ default: true, description: 'The first record names the columns.' }),
      delimiter: Type.String({
        minLength: 1,
        maxLength: 1,
        default: ',',
        description: 'What stands between fields.',
      }),
    },
    { description: 'A table of numbers with a column of classes or targets.' },
  ),
  npy: Type.Object(
    {
      features: pathField('Features: an NPY array. The first axis counts examples.'),
      labels: pathField(
        'Labels: an NPY array of integers with one axis. For regression, targets with one or two.',
      ),
    },
    { description: 'Arrays that `numpy.save` wrote.' },
  ),
  npz: Type.Object(
    {
      path: pathField('The archive.'),
      features: Type.String({ minLength: 1, default: 'x', description: 'Name of the array of features.' }),
      labels: Type.String({
        minLength: 1,
        default: 'y',
        description: 'Name of the array of class indices. For regression, of targets.',
      }),
    },
    { description: 'An archive that `numpy.savez` or `savez_compressed` wrote.' },
  ),
} as const

type Tables = typeof sourceTables

/** A source with its name and all of its fields. */
export type Source = {
  [K in keyof Tables]: { readonly type: K } & Readonly<Static<Tables[K]>>
}[keyof Tables]
export type SourceOf<K extends Source['type']> = Extract<Source, { type: K }>

/** What a dataset is for: a class an example, or a vector of numbers. */
export type Task = 'classification' | 'regression'
