import { Type, type Static } from 'typebox'
import { rulesField } from '../../network/selectors.js'

const sparsity = (description: string) => Type.Number({ minimum: 0, exclusiveMaximum: 1, description })

export const params = Type.Object(
  {
    granularity: Type.Enum(['weight', 'filter', 'unit', 'channel'], {
      default: 'weight',
      description:
        'What is removed: single weights (masked: they stay in the file as zeros), filters of convolutions, units of dense layers, or both (channel): these make the network smaller.',
    }),
    method: Type.Enum(['magnitude', 'activation', 'apoz'], {
      default: 'magnitude',
      description:
        'What ranks them: the size of their weights, their mean activation on data, or how often their activation is not zero.',
    }),
    norm: Type.Enum(['l1', 'l2'], {
      default: 'l1',
      description:
        'How sizes are summed up: by absolute values or by squares. Single weights rank alike by both.',
    }),
    sparsity: sparsity('Share that is removed, of each layer or (scope: global) of all together.'),
    scope: Type.Enum(['layer', 'global'], {
      default: 'layer',
      description: 'Ranks within each layer, or over all layers, so that some lose more than others.',
    }),
    roundTo: Type.Integer({
      minimum: 1,
      default: 1,
      description: 'Channels that stay are rounded up to a multiple of this, as far as there are so many.',
    }),
    examples: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Examples of the split `train` that activations are measured on, evenly spread over it. Absence: all of them.',
      }),
    ),
    rules: rulesField(
      {
        sparsity: Type.Optional(sparsity('Share that is removed from these layers, each by itself.')),
        exclude: Type.Optional(Type.Boolean({ description: 'Leaves these layers as they are.' })),
      },
      'Exceptions for some layers.',
    ),
  },
  {
    additionalProperties: false,
    description: 'Removes the least important weights, or whole filters and units.',
  },
)

export type PruneConfig = Static<typeof params>
export type PruneRule = NonNullable<PruneConfig['rules']>[number]

/** Removes whole channels, not single weights. */
export const isStructured = (config: PruneConfig): boolean => config.granularity !== 'weight'
