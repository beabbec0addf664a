import { Type, type Static } from 'typebox'
import {
  activationField,
  countField,
  initializerField,
  mixesChannels,
  paddingField,
  perAxis,
  sizeField,
  useBiasField,
} from './fields.js'
import {
  channelsOf,
  misfit,
  sizeOf,
  type Channels,
  type LayerType,
  type Misfit,
  type Shape,
} from './layer-type.js'
import { slideOver, type Window } from './windows.js'

/** Fields that all convolutions share. */
export const convolutionFields = (rank: 1 | 2 | 3) => ({
  kernelSize: sizeField(rank, 'Size of the window.'),
  strides: sizeField(rank, 'Steps of the window.', 1),
  padding: paddingField,
  activation: activationField(),
  useBias: useBiasField,
  biasInitializer: initializerField('zeros', 'bias'),
})

const fieldsOf = (rank: 1 | 2 | 3, description: string) =>
  Type.Object(
    {
      filters: countField('Number of filters: channels of the output.'),
      ...convolutionFields(rank),
      dilationRate: sizeField(
        rank,
        'Distance between the taps of the window. Above 1 it cannot be trained.',
        1,
      ),
      kernelInitializer: initializerField('glorotUniform', 'kernel'),
    },
    { additionalProperties: false, description },
  )

type Slides = {
  kernelSize: number | number[]
  strides: number | number[]
  dilationRate?: number | number[]
  padding: string
}

/** The window of a convolution's config. */
export const windowOf = (config: Slides, rank: number): Window => ({
  size: perAxis(config.kernelSize, rank),
  strides: perAxis(config.strides, rank),
  dilation: perAxis(config.dilationRate ?? 1, rank),
  padding: config.padding,
  key: 'kernelSize',
})

/** Strides and dilation together have no kernel in TensorFlow. */
export const stridesAgainstDilation = (window: Window): Misfit | undefined =>
  window.strides.some(stride => stride > 1) && window.dilation?.some(rate => rate > 1)
    ? misfit('strides and dilationRate cannot both be above 1', { key: 'dilationRate' })
    : undefined

/** Why a dilated convolution cannot be trained; undefined where it can. */
export const dilationUntrainable = (rate: number | readonly number[]): string | undefined =>
  perAxis(rate, 1).some(each => each > 1)
    ? 'the gradient of a convolution with dilationRate above 1 does not exist in TensorFlow.js'
    : undefined

/** New channels, which a softmax over them locks. */
export const makes = (width: string, activation: string): Channels =>
  mixesChannels(activation)
    ? { kind: 'makes', width, locked: `its ${activation} looks at all channels at once` }
    : { kind: 'makes', width }

type Params = ReturnType<typeof fieldsOf>

/** conv1d, conv2d and conv3d: kernel `[...window, channels in, filters]`. */
export const convolution = (rank: 1 | 2 | 3, description: string): LayerType<Params> => {
  const type = `conv${rank}d`
  return {
    type,
    className: `Conv${rank}D`,
    params: fieldsOf(rank, description),
    shape: (config: Static<Params>, inputs: readonly Shape[]) => {
      const window = windowOf(config, rank)
      return stridesAgainstDilation(window) ?? slideOver(type, inputs[0]!, window, config.filters)
    },
    weights: (config, inputs, output) => [
      {
        weight: 'kernel',
        shape: [...perAxis(config.kernelSize, rank), channelsOf(inputs[0]!), config.filters],
        axes: [...perAxis(config.kernelSize, rank).map(() => '-' as const), 'in', 'out'],
        initializer: config.kernelInitializer,
        macsEach: sizeOf(output.slice(0, -1)),
      },
      ...biasOf(config, config.filters),
    ],
    channels: config => makes('filters', config.activation),
    untrainable: config => dilationUntrainable(config.dilationRate),
  }
}

/** The bias of a layer, or none where `useBias` is false. */
export const biasOf = (config: { useBias: boolean; biasInitializer: string }, width: number) =>
  config.useBias
    ? [
        {
          weight: 'bias',
          shape: [width],
          axes: ['out' as const],
          initializer: config.biasInitializer,
        },
      ]
    : []
