import { Type } from 'typebox'
import { closed, described, expression } from './schema.js'

const share = (description: string) => Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description })
const stepName = (description: string) => Type.String({ minLength: 1, description })
/** The forms of a gate; each gate has one. */
export const gateForms = {
  check: expression('True or false over metrics: `int8.accuracy >= base.accuracy - 0.01`.'),
  nonInferior: Type.Object(
    {
      candidate: stepName('Step whose model is judged.'),
      reference: stepName('Step whose model it is held against.'),
      metric: Type.String({
        minLength: 1,
        default: 'accuracy',
        description: 'A metric of right and wrong answers: `accuracy`, or one of the top-k.',
      }),
      margin: Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        description: 'Loss that is still accepted: 0.01 is one point.',
      }),
      alpha: Type.Unsafe<number>({ ...share('Level of significance.'), default: 0.05 }),
    },
    { ...closed, description: 'Paired on single examples: exact McNemar test and Tango interval.' },
  ),
  faster: Type.Object(
    {
      candidate: stepName('Step whose model is judged.'),
      reference: stepName('Step whose model it is held against.'),
      by: Type.Number({ exclusiveMinimum: 0, description: 'Ratio of times that must be reached: 1.5.' }),
      confidence: Type.Unsafe<number>({ ...share('Level of the interval.'), default: 0.95 }),
    },
    { ...closed, description: 'A ratio of forward times, measured interleaved by `benchmark`.' },
  ),
} as const

export const gateSchema = Type.Object(
  {
    check: Type.Optional(gateForms.check),
    nonInferior: Type.Optional(gateForms.nonInferior),
    faster: Type.Optional(gateForms.faster),
    when: Type.Optional(expression('The gate is skipped where this is false.')),
    each: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'A step with a matrix: one verdict for each of its instances.',
      }),
    ),
    severity: Type.Optional(
      Type.Enum(['error', 'warn'], { default: 'error', description: '`warn` reports without failing.' }),
    ),
    description: described,
  },
  closed,
)

/** Keys of gates that this version does not have yet. */
export const laterGateKeys = ['accepted'] as const
