import { Type } from 'typebox'
import type { Static } from 'typebox'
import { architectureField } from '../../network/architecture.js'
import { schedulableNumber } from '../../network/schedules.js'
import { trainingFields } from '../train/fields.js'

const hint = Type.Object(
  {
    teacher: Type.String({ minLength: 1, description: 'Layer of the first teacher.' }),
    student: Type.String({ minLength: 1, description: 'Layer of the student that should see the same.' }),
    weight: Type.Number({
      exclusiveMinimum: 0,
      default: 1,
      description: 'What this term counts for in the loss.',
    }),
  },
  {
    additionalProperties: false,
    description: 'Mean squared difference of two layers, through a learned linear map where widths differ.',
  },
)

export const distillParams = Type.Object(
  {
    model: Type.Optional(architectureField),
    ...trainingFields({ epochs: 10 }),
    temperature: schedulableNumber({
      exclusiveMinimum: 0,
      default: 4,
      description:
        'Divides the logits of teachers and student: higher shows more of what teachers hold possible.',
    }),
    alpha: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.5,
      description: 'Share of the softened teachers in the loss; the labels have the rest.',
    }),
    hints: Type.Optional(
      Type.Array(hint, { minItems: 1, description: 'Layers to be made alike (FitNets).' }),
    ),
    weightPenalty: Type.Number({
      minimum: 0,
      default: 0,
      description:
        'λ of a term λΣ|w − w′| in the loss, over weights that student and teacher have by the same name and shape.',
    }),
  },
  {
    additionalProperties: false,
    description: 'Train a small network to give what larger ones give (knowledge distillation).',
  },
)
export type DistillConfig = Static<typeof distillParams>
