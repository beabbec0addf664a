import { Type } from 'typebox'
import { perAxis, sizeField } from '../fields.js'
import { defineLayer } from '../layer-type.js'
import { wrongRank } from '../windows.js'

export const upSampling2d = defineLayer({
  type: 'upSampling2d',
  className: 'UpSampling2D',
  params: Type.Object(
    {
      size: sizeField(2, 'Factors for rows and columns.', 2),
      interpolation: Type.Enum(['nearest', 'bilinear'], {
        default: 'nearest',
        description: 'What stands between the values.',
      }),
    },
    { additionalProperties: false, description: 'Makes an image larger.' },
  ),
  shape: ({ size }, [input]) => {
    const wrong = wrongRank('upSampling2d', input!, 3)
    if (wrong) return wrong
    const [rows, columns] = perAxis(size, 2)
    return [input![0]! * rows!, input![1]! * columns!, input![2]!]
  },
  channels: () => ({ kind: 'keeps' }),
})
