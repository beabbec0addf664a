import { Type } from 'typebox'
import { defineLayer } from '../layer-type.js'

export const softmax = defineLayer({
  type: 'softmax',
  className: 'Softmax',
  params: Type.Object(
    {
      axis: Type.Literal(-1, {
        default: -1,
        description: 'Axis that sums to 1; only the last (−1) is supported.',
      }),
    },
    { additionalProperties: false, description: 'Positive values that sum to 1 over the channels.' },
  ),
  shape: (_, [input]) => input!,
  channels: () => ({ kind: 'locks', why: 'softmax looks at all channels at once' }),
})
