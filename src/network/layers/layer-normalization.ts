import { Type } from 'typebox'
import { scalingFields } from '../fields.js'
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
      ...scalingFields,
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
