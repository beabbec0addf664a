import { Type } from 'typebox'
import { defineLayer } from '../layer-type.js'

export const gaussianNoise = defineLayer({
  type: 'gaussianNoise',
  className: 'GaussianNoise',
  params: Type.Object(
    { stddev: Type.Number({ minimum: 0, description: 'Standard deviation of the noise.' }) },
    { additionalProperties: false, description: 'Adds normal noise while training.' },
  ),
  shape: (_, [input]) => input!,
  channels: () => ({ kind: 'keeps' }),
})
