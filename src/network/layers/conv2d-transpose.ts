import { Type } from 'typebox'
import { biasOf, convolutionFields, makes } from '../convolving.js'
import { countField, initializerField, perAxis } from '../fields.js'
import { channelsOf, defineLayer, sizeOf } from '../layer-type.js'
import { wrongRank } from '../windows.js'

export const conv2dTranspose = defineLayer({
  type: 'conv2dTranspose',
  className: 'Conv2DTranspose',
  params: Type.Object(
    {
      filters: countField('Number of filters: channels of the output.'),
      ...convolutionFields(2),
      kernelInitializer: initializerField('glorotUniform', 'kernel'),
    },
    {
      additionalProperties: false,
      description: 'Convolution run backwards: strides make the image larger.',
    },
  ),
  shape: (config, [input]) => {
    const wrong = wrongRank('conv2dTranspose', input!, 3)
    if (wrong) return wrong
    const size = perAxis(config.kernelSize, 2)
    const strides = perAxis(config.strides, 2)
    const grown = input!
      .slice(0, 2)
      .map(
        (n, axis) =>
          n * strides[axis]! + (config.padding === 'valid' ? Math.max(size[axis]! - strides[axis]!, 0) : 0),
      )
    return [...grown, config.filters]
  },
  // Every input value meets every weight of its channel: cropping by `same` is not subtracted.
  weights: (config, [input]) => [
    {
      weight: 'kernel',
      shape: [...perAxis(config.kernelSize, 2), config.filters, channelsOf(input!)],
      axes: ['-', '-', 'out', 'in'],
      initializer: config.kernelInitializer,
      macsEach: sizeOf(input!.slice(0, -1)),
    },
    ...biasOf(config, config.filters),
  ],
  channels: config => makes('filters', config.activation),
})
