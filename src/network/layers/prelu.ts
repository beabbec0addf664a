import { Type } from 'typebox'
import { initializerField } from '../fields.js'
import { defineLayer, misfit, type AxisRole } from '../layer-type.js'

export const prelu = defineLayer({
  type: 'prelu',
  className: 'PReLU',
  params: Type.Object(
    {
      alphaInitializer: initializerField('zeros', 'slopes'),
      sharedAxes: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1 }), {
          description:
            'Axes, counted from 1, over which a slope is shared: `[1, 2]` gives one a channel of an image.',
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'x, or alpha · x where x is negative, with alpha learned (He et al. 2015).',
    },
  ),
  shape: ({ sharedAxes }, [input]) =>
    sharedAxes?.some(axis => axis > input!.length)
      ? misfit(`there are only ${input!.length} axes`, { key: 'sharedAxes' })
      : input!,
  weights: ({ alphaInitializer, sharedAxes }, [input]) => {
    const shared = (axis: number) => sharedAxes?.includes(axis + 1) ?? false
    return [
      {
        weight: 'alpha',
        shape: input!.map((n, axis) => (shared(axis) ? 1 : n)),
        axes: input!.map((_, axis): AxisRole => (axis === input!.length - 1 && !shared(axis) ? 'out' : '-')),
        initializer: alphaInitializer,
      },
    ]
  },
  channels: () => ({ kind: 'keeps' }),
})
