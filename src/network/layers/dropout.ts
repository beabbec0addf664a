import { Type } from 'typebox'
import { rateField } from '../fields.js'
import { defineLayer } from '../layer-type.js'

export const dropout = defineLayer({
  type: 'dropout',
  className: 'Dropout',
  params: Type.Object(
    { rate: rateField('Share of values set to zero while training; the others grow by 1 / (1 − rate).') },
    { additionalProperties: false, description: 'Sets random values to zero while training.' },
  ),
  shape: (_, [input]) => input!,
  channels: () => ({ kind: 'keeps' }),
})
