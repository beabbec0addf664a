import { Type } from 'typebox'
import { defineLayer, sizeOf } from '../layer-type.js'

export const flatten = defineLayer({
  type: 'flatten',
  className: 'Flatten',
  params: Type.Object(
    {},
    { additionalProperties: false, description: 'All axes as one, the last running fastest.' },
  ),
  shape: (_, [input]) => [sizeOf(input!)],
  channels: () => ({ kind: 'flattens' }),
})
