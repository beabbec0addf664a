import { Type } from 'typebox'
import { rateField } from '../fields.js'
import { defineLayer } from '../layer-type.js'
import { wrongRank } from '../windows.js'

export const spatialDropout1d = defineLayer({
  type: 'spatialDropout1d',
  className: 'SpatialDropout1D',
  params: Type.Object(
    { rate: rateField('Share of channels set to zero while training; the others grow by 1 / (1 − rate).') },
    {
      additionalProperties: false,
      description: 'Sets random channels of a sequence to zero while training.',
    },
  ),
  shape: (_, [input]) => wrongRank('spatialDropout1d', input!, 2) ?? input!,
  channels: () => ({ kind: 'keeps' }),
})
