import { Type } from 'typebox'
import { defineStep, list, type DescribedInputs, type Prediction } from '../define-step.js'

const expression = (gives: 'boolean' | 'number', description: string) =>
  Type.Optional(
    Type.Unsafe<string | boolean>({
      type: ['string', 'boolean'],
      minLength: 1,
      description,
      'x-trimtab': 'cel',
      'x-gives': gives,
    }),
  )

/** What a choice may turn out to be: every candidate, one at a time, is checked against what follows. */
const predict = (_: unknown, inputs: DescribedInputs): Prediction => {
  const description = inputs['from']?.[0]?.description ?? inputs['otherwise']?.[0]?.description
  return { outputs: description ? { model: description } : {} }
}

export const select = defineStep({
  kind: 'select',
  revision: 1,
  params: Type.Object(
    {
      where: expression(
        'boolean',
        'Only candidates of which this holds: `it.accuracy >= base.accuracy - 0.01`.',
      ),
      minimize: expression('number', 'Takes the candidate with the least of this: `it.bytes`.'),
      maximize: expression('number', 'Takes the candidate with the greatest of this: `it.accuracy`.'),
      otherwise: Type.Optional(
        Type.Enum(['fail'], {
          description: 'Where no candidate will do: `fail` (as without it), or a step whose model is taken.',
        }),
      ),
    },
    {
      additionalProperties: false,
      description:
        'Chooses one of several models by their metrics on the validation split; its metrics are the winner’s.',
    },
  ),
  lane: 'io',
  consumes: {
    from: list('model', 'The candidates. What was skipped is none; ties go to the first.'),
    otherwise: {
      type: 'model',
      optional: true,
      words: ['fail'],
      description: 'What is taken where no candidate will do.',
    },
  },
  produces: { model: 'model' },
  chooses: 'from',
  predict,
})
