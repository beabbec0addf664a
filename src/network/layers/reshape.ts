import { Type } from 'typebox'
import { defineLayer, formatShape, misfit, sizeOf } from '../layer-type.js'

export const reshape = defineLayer({
  type: 'reshape',
  className: 'Reshape',
  params: Type.Object(
    {
      targetShape: Type.Array(Type.Integer({ minimum: -1 }), {
        minItems: 1,
        description: 'Shape of the output, without the batch; one axis may be −1: what is left.',
      }),
    },
    { additionalProperties: false, description: 'The same values in another shape.' },
  ),
  shape: ({ targetShape }, [input]) => {
    const size = sizeOf(input!)
    const open = targetShape.filter(axis => axis === -1).length
    const known = sizeOf(targetShape.filter(axis => axis !== -1))
    const fail = (why: string) => misfit(why, { key: 'targetShape' })
    if (targetShape.includes(0)) return fail('an axis of 0 holds nothing')
    if (open > 1) return fail('only one axis may be −1')
    if (open === 1 ? size % known !== 0 : size !== known)
      return fail(`${formatShape(targetShape)} cannot hold the ${size} values of ${formatShape(input!)}`)
    return targetShape.map(axis => (axis === -1 ? size / known : axis))
  },
  channels: () => ({ kind: 'locks', why: 'reshape moves channels to other places' }),
})
