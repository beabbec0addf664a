import { Type } from 'typebox'
import { biasOf, convolutionFields, windowOf } from '../convolving.js'
import { initializerField, mixesChannels, perAxis } from '../fields.js'
import { channelsOf, defineLayer, sizeOf } from '../layer-type.js'
import { slideOver } from '../windows.js'

export const depthwiseConv2d = defineLayer({
  type: 'depthwiseConv2d',
  className: 'DepthwiseConv2D',
  params: Type.Object(
    {
      ...convolutionFields(2),
      depthMultiplier: Type.Integer({
        minimum: 1,
        default: 1,
        description: 'Output channels for each input channel.',
      }),
      depthwiseInitializer: initializerField('glorotUniform', 'kernel'),
    },
    { additionalProperties: false, description: 'Convolution of each channel of an image by itself.' },
  ),
  shape: (config, [input]) =>
    slideOver('depthwiseConv2d', input!, windowOf(config, 2), channelsOf(input!) * config.depthMultiplier),
  weights: (config, [input], output) => [
    {
      weight: 'depthwiseKernel',
      shape: [...perAxis(config.kernelSize, 2), channelsOf(input!), config.depthMultiplier],
      axes: ['-', '-', 'in', '-'],
      initializer: config.depthwiseInitializer,
      macsEach: sizeOf(output.slice(0, -1)),
    },
    ...biasOf(config, channelsOf(output)),
  ],
  channels: config =>
    mixesChannels(config.activation)
      ? { kind: 'locks', why: `its ${config.activation} looks at all channels at once` }
      : { kind: 'keeps', each: config.depthMultiplier },
})
