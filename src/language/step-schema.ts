import { Type } from 'typebox'
import { bytesPattern } from '../core/units.js'
import { closed, described, engineField, expression, seedField } from './schema-fields.js'

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
    seed: Type.Optional(seedField("A seed of the step's own, in place of the recipe's.")),
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
