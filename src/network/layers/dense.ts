import { Type } from 'typebox'
import { biasOf, makes } from '../convolving.js'
import { activationField, countField, initializerField, useBiasField } from '../fields.js'
import { channelsOf, defineLayer, formatShape, misfit, sizeOf } from '../layer-type.js'

export const dense = defineLayer({
  type: 'dense',
  className: 'Dense',
  params: Type.Object(
    {
      units: countField('Number of units: size of the output.'),
      activation: activationField(),
      useBias: useBiasField,
      kernelInitializer: initializerField('glorotUniform', 'kernel'),
      biasInitializer: initializerField('zeros', 'bias'),
    },
    {
      additionalProperties: false,
      description:
        'Fully connected layer over the last axis: takes a flat input, or a sequence, each step by itself.',
    },
  ),
  shape: ({ units }, [input]) =>
    input!.length === 1 || input!.length === 2
      ? [...input!.slice(0, -1), units]
      : misfit(`dense takes a flat input, and gets ${formatShape(input!)}`, {
          hint: 'Put `flatten` or a global pooling layer before it.',
        }),
  weights: (config, inputs, output) => [
    {
      weight: 'kernel',
      shape: [channelsOf(inputs[0]!), config.units],
      axes: ['in', 'out'],
      initializer: config.kernelInitializer,
      macsEach: sizeOf(output.slice(0, -1)),
    },
    ...biasOf(config, config.units),
  ],
  channels: config => makes('units', config.activation),
})
