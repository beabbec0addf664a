import { Type } from 'typebox'
import { formatShape, misfit, type LayerType } from './layer-type.js'

/** A layer that merges inputs of one shape, element by element. */
export const merging = (type: string, description: string): LayerType => ({
  type,
  className: `${type.charAt(0).toUpperCase()}${type.slice(1)}`,
  params: Type.Object({}, { additionalProperties: false, description }),
  merges: true,
  shape: (_, inputs) => {
    const other = inputs.find(shape => formatShape(shape) !== formatShape(inputs[0]!))
    return other === undefined
      ? inputs[0]!
      : misfit(`${type} needs inputs of one shape, and gets ${inputs.map(formatShape).join(' and ')}`, {
          key: 'from',
          hint: 'Bring them to one shape first, for instance with a `conv2d` of `kernelSize: 1`.',
        })
  },
  channels: () => ({ kind: 'ties' }),
})
