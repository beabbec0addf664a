import { Type } from 'typebox'
import { paddingField, perAxis, sizeField } from './fields.js'
import { channelsOf, type LayerType } from './layer-type.js'
import { slideOver, wrongRank } from './windows.js'

const fieldsOf = (rank: 1 | 2, description: string) =>
  Type.Object(
    {
      poolSize: sizeField(rank, 'Size of the window.', 2),
      strides: Type.Optional(sizeField(rank, 'Steps of the window; as poolSize where it is not given.')),
      padding: paddingField,
    },
    { additionalProperties: false, description },
  )

const words = { max: 'The largest value', average: 'The mean' } as const
const titles = { max: 'Max', average: 'Average' } as const

/** Pooling with a window, over sequences (1) or images (2). */
export const pooling = (of: 'max' | 'average', rank: 1 | 2): LayerType<ReturnType<typeof fieldsOf>> => {
  const type = `${of}Pooling${rank}d`
  return {
    type,
    className: `${titles[of]}Pooling${rank}D`,
    params: fieldsOf(rank, `${words[of]} of each window, channel by channel.`),
    shape: (config, [input]) =>
      slideOver(
        type,
        input!,
        {
          size: perAxis(config.poolSize, rank),
          strides: perAxis(config.strides ?? config.poolSize, rank),
          padding: config.padding,
          key: 'poolSize',
        },
        undefined,
      ),
    channels: () => ({ kind: 'keeps' }),
  }
}

/** Pooling over all of space: a flat output, one value a channel. */
export const globalPooling = (of: 'max' | 'average', rank: 1 | 2): LayerType => {
  const type = `global${titles[of]}Pooling${rank}d`
  return {
    type,
    className: `Global${titles[of]}Pooling${rank}D`,
    params: Type.Object(
      {},
      { additionalProperties: false, description: `${words[of]} of each channel over all of space.` },
    ),
    shape: (_, [input]) => wrongRank(type, input!, rank + 1) ?? [channelsOf(input!)],
    channels: () => ({ kind: 'keeps' }),
  }
}
