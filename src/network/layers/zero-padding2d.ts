import { Type } from 'typebox'
import { defineLayer } from '../layer-type.js'
import { borderField, borders } from '../borders.js'
import { wrongRank } from '../windows.js'

export const zeroPadding2d = defineLayer({
  type: 'zeroPadding2d',
  className: 'ZeroPadding2D',
  params: Type.Object(
    { padding: borderField('Rows and columns of zeros', 1) },
    { additionalProperties: false, description: 'Zeros around an image.' },
  ),
  shape: ({ padding }, [input]) => {
    const wrong = wrongRank('zeroPadding2d', input!, 3)
    if (wrong) return wrong
    const [[top, bottom], [left, right]] = borders(padding)
    return [input![0]! + top + bottom, input![1]! + left + right, input![2]!]
  },
  channels: () => ({ kind: 'keeps' }),
})
