import { Type } from 'typebox'
import { initializerField } from '../fields.js'
import { channelsOf, defineLayer } from '../layer-type.js'

export const layerNormalization = defineLayer({
  type: 'layerNormalization',
  className: 'LayerNormalization',
  params: Type.Object(
    {
      axis: Type.Literal(-1, {
        default: -1,
        description: 'Axis that is normalized; only the last (−1) is supported.',
      }),
      epsilon: Type.Number({
        exclusiveMinimum: 0,
        default: 0.001,
        description: 'Added to the variance before its root is taken.',
      }),
      center: Type.Boolean({ default: true, description: 'Adds beta.' }),
      scale: Type.Boolean({ default: true, description: 'Multiplies by gamma.' }),
      betaInitializer: initializerField('zeros', 'offset beta'),
      gammaInitializer: initializerField('ones', 'scale gamma'),
    },
    {
      additionalProperties: false,
      description: 'Gives each example mean 0 and variance 1 over its channels (Ba et al. 2016).',
    },
  ),
  shape: (_, [input]) => input!,
  weights: (config, [input]) => {
    const shape = [channelsOf(input!)]
    const part = (weight: string, initializer: string) => ({
      weight,
      shape,
      axes: ['out' as const],
      initializer,
    })
    return [
      ...(config.scale ? [part('gamma', config.gammaInitializer)] : []),
      ...(config.center ? [part('beta', config.betaInitializer)] : []),
    ]
  },
  channels: () => ({ kind: 'locks', why: 'layerNormalization looks at all channels at once' }),
})
