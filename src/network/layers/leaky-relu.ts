import { Type } from 'typebox'
import { defineLayer } from '../layer-type.js'

export const leakyReLU = defineLayer({
  type: 'leakyReLU',
  className: 'LeakyReLU',
  params: Type.Object(
    { alpha: Type.Number({ minimum: 0, default: 0.3, description: 'Slope for negative inputs.' }) },
    { additionalProperties: false, description: 'x, or alpha · x where x is negative.' },
  ),
  shape: (_, [input]) => input!,
  channels: () => ({ kind: 'keeps' }),
})
