import { Type } from 'typebox'
import { defineLayer, formatShape, misfit } from '../layer-type.js'
import { axisField, axisIndex } from './batch-normalization.js'

export const concatenate = defineLayer({
  type: 'concatenate',
  className: 'Concatenate',
  params: Type.Object(
    { axis: axisField('Axis along which they are joined: −1 is the last, 1 the first after the batch.') },
    { additionalProperties: false, description: 'Its inputs one after another.' },
  ),
  merges: true,
  shape: ({ axis }, inputs) => {
    const first = inputs[0]!
    const index = axisIndex(axis, first)
    if (first[index] === undefined)
      return misfit(`there is no axis ${axis} in ${formatShape(first)}`, { key: 'axis' })
    const fits = inputs.every(
      shape => shape.length === first.length && shape.every((n, at) => at === index || n === first[at]),
    )
    if (!fits)
      return misfit(
        `inputs that are joined may differ in one axis only, and here are ${inputs.map(formatShape).join(' and ')}`,
        { key: 'from' },
      )
    return first.map((n, at) => (at === index ? inputs.reduce((sum, shape) => sum + shape[at]!, 0) : n))
  },
  channels: ({ axis }, inputs) =>
    axisIndex(axis, inputs[0]!) === inputs[0]!.length - 1 ? { kind: 'joins' } : { kind: 'ties' },
})
