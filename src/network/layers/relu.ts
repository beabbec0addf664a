import { Type } from 'typebox'
import { defineLayer } from '../layer-type.js'

export const reLU = defineLayer({
  type: 'reLU',
  className: 'ReLU',
  params: Type.Object(
    {
      maxValue: Type.Optional(
        Type.Number({ exclusiveMinimum: 0, description: 'Largest output. Absence: no limit.' }),
      ),
    },
    { additionalProperties: false, description: 'max(0, x).' },
  ),
  shape: (_, [input]) => input!,
  channels: () => ({ kind: 'keeps' }),
})
