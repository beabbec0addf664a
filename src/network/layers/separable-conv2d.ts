import { Type } from 'typebox'
import {
  biasOf,
  convolutionFields,
  dilationUntrainable,
  makes,
  stridesAgainstDilation,
  windowOf,
} from '../convolving.js'
import { countField, initializerField, perAxis, sizeField } from '../fields.js'
import { channelsOf, defineLayer, sizeOf } from '../layer-type.js'
import { slideOver } from '../windows.js'

export const separableConv2d = defineLayer({
  type: 'separableConv2d',
  className: 'SeparableConv2D',
  params: Type.Object(
    {
      filters: countField('Number of filters: channels of the output.'),
      ...convolutionFields(2),
      dilationRate: sizeField(2, 'Distance between the taps of the window. Above 1 it cannot be trained.', 1),
      depthMultiplier: Type.Integer({
        minimum: 1,
        default: 1,
        description: 'Channels between the two convolutions, for each input channel.',
      }),
      depthwiseInitializer: initializerField('glorotUniform', 'kernel of the window'),
      pointwiseInitializer: initializerField('glorotUniform', 'kernel over channels'),
    },
    {
      additionalProperties: false,
      description:
        'Convolution of each channel by itself, then a 1×1 convolution over channels (Chollet 2017).',
    },
  ),
  shape: (config, [input]) => {
    const window = windowOf(config, 2)
    return stridesAgainstDilation(window) ?? slideOver('separableConv2d', input!, window, config.filters)
  },
  weights: (config, [input], output) => {
    const macsEach = sizeOf(output.slice(0, -1))
    const channels = channelsOf(input!)
    return [
      {
        weight: 'depthwiseKernel',
        shape: [...perAxis(config.kernelSize, 2), channels, config.depthMultiplier],
        axes: ['-', '-', 'in', '-'],
        initializer: config.depthwiseInitializer,
        macsEach,
      },
      {
        weight: 'pointwiseKernel',
        shape: [1, 1, channels * config.depthMultiplier, config.filters],
        axes: ['-', '-', { inEach: config.depthMultiplier }, 'out'],
        initializer: config.pointwiseInitializer,
        macsEach,
      },
      ...biasOf(config, config.filters),
    ]
  },
  channels: config => makes('filters', config.activation),
  untrainable: config => dilationUntrainable(config.dilationRate),
})
