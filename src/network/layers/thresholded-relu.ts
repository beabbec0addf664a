import { Type } from 'typebox'
import { defineLayer } from '../layer-type.js'

export const thresholdedReLU = defineLayer({
  type: 'thresholdedReLU',
  className: 'ThresholdedReLU',
  params: Type.Object(
    { theta: Type.Number({ minimum: 0, default: 1, description: 'Smaller inputs give 0.' }) },
    { additionalProperties: false, description: 'x where x > theta, else 0. Cannot be trained.' },
  ),
  shape: (_, [input]) => input!,
  channels: () => ({ kind: 'keeps' }),
  untrainable: () => 'thresholdedReLU has no gradient in TensorFlow.js',
})
