import { Type } from 'typebox'
import { defineLayer } from '../layer-type.js'

export const elu = defineLayer({
  type: 'elu',
  className: 'ELU',
  params: Type.Object(
    {
      // tfjs-layers takes no other: its layer throws.
      alpha: Type.Literal(1, { default: 1, description: 'Size of the negative end; only 1 is supported.' }),
    },
    { additionalProperties: false, description: 'x, or eˣ − 1 where x is negative (Clevert et al. 2016).' },
  ),
  shape: (_, [input]) => input!,
  channels: () => ({ kind: 'keeps' }),
})
