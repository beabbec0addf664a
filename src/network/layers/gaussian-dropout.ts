import { Type } from 'typebox'
import { rateField } from '../fields.js'
import { defineLayer } from '../layer-type.js'

export const gaussianDropout = defineLayer({
  type: 'gaussianDropout',
  className: 'GaussianDropout',
  params: Type.Object(
    { rate: rateField('Noise of standard deviation √(rate / (1 − rate)).') },
    {
      additionalProperties: false,
      description: 'Multiplies by normal noise around 1 while training (Srivastava et al. 2014, section 10).',
    },
  ),
  shape: (_, [input]) => input!,
  channels: () => ({ kind: 'keeps' }),
})
