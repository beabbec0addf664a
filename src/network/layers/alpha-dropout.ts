import { Type } from 'typebox'
import { rateField } from '../fields.js'
import { defineLayer } from '../layer-type.js'

export const alphaDropout = defineLayer({
  type: 'alphaDropout',
  className: 'AlphaDropout',
  params: Type.Object(
    { rate: rateField('Share of values dropped while training.') },
    {
      additionalProperties: false,
      description: 'Dropout that keeps mean and variance, for use with selu (Klambauer et al. 2017).',
    },
  ),
  shape: (_, [input]) => input!,
  channels: () => ({ kind: 'keeps' }),
})
