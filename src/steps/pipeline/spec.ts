import { Type } from 'typebox'
import { defineStep } from '../define-step.js'

export const pipeline = defineStep({
  kind: 'pipeline',
  revision: 1,
  params: Type.Object(
    {
      uses: Type.String({
        minLength: 1,
        maxLength: 4096,
        description: 'The recipe: a path from this file, or `trimtab:NAME` for one that comes with Trimtab.',
      }),
      inputs: Type.Optional(
        Type.Record(Type.String(), Type.String({ minLength: 1 }), {
          description: 'What the recipe takes, by the names of its `inputs`: a step, or `step.output`.',
        }),
      ),
      params: Type.Optional(
        Type.Record(Type.String(), Type.Unknown(), {
          description: 'Values of its params; those that are not named keep their defaults.',
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'Runs another recipe as one step: its steps are `step/inner`, its gates `step/gate`.',
    },
  ),
  lane: 'io',
  produces: {},
  composes: true,
})
