import { Type } from 'typebox'
import { countField } from '../fields.js'
import { channelsOf, defineLayer } from '../layer-type.js'
import { wrongRank } from '../windows.js'

export const repeatVector = defineLayer({
  type: 'repeatVector',
  className: 'RepeatVector',
  params: Type.Object(
    { n: countField('Steps of the sequence.') },
    { additionalProperties: false, description: 'A flat input as a sequence of equal steps.' },
  ),
  shape: ({ n }, [input]) => wrongRank('repeatVector', input!, 1) ?? [n, channelsOf(input!)],
  channels: () => ({ kind: 'keeps' }),
})
