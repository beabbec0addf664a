import { Type } from 'typebox'
import { closed, described, expression } from './schema-fields.js'

const share = (description: string) => Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description })
const stepName = (description: string) => Type.String({ minLength: 1, description })

/** `2%`, `0.5 %`. */
const percentage = /^\d+(?:\.\d+)?\s*%$/

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
  accepted: Type.Object(
    {
      metric: expression('What is held against its baseline: `int8.accuracy`, `int8.bytes`, `int8.latency`.'),
      margin: Type.Unsafe<number | string>({
        type: ['number', 'string'],
        minimum: 0,
        pattern: percentage.source,
        default: 0,
        description: 'Loss that is still accepted: 0.005 of the metric itself, or `2%` of the baseline.',
      }),
      better: Type.Optional(
        Type.Enum(['higher', 'lower'], {
          description:
            'Which values of the metric are better. Needed only for one that Trimtab does not know.',
        }),
      ),
    },
    {
      ...closed,
      description: 'Against the baseline in the lock file, which `trimtab accept` writes.',
    },
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
    accepted: Type.Optional(gateForms.accepted),
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
