import { Type } from 'typebox'
import { borderField, borders } from '../borders.js'
import { defineLayer, formatShape, misfit } from '../layer-type.js'
import { wrongRank } from '../windows.js'

export const cropping2d = defineLayer({
  type: 'cropping2d',
  className: 'Cropping2D',
  params: Type.Object(
    { cropping: borderField('Rows and columns cut off', 0) },
    { additionalProperties: false, description: 'Cuts off the edges of an image.' },
  ),
  shape: ({ cropping }, [input]) => {
    const wrong = wrongRank('cropping2d', input!, 3)
    if (wrong) return wrong
    const [[top, bottom], [left, right]] = borders(cropping)
    const shape = [input![0]! - top - bottom, input![1]! - left - right, input![2]!]
    return shape.every(n => n > 0)
      ? shape
      : misfit(`nothing is left of ${formatShape(input!)}`, { key: 'cropping' })
  },
  channels: () => ({ kind: 'keeps' }),
})
