import { Type } from 'typebox'

/** Activation functions, in tfjs's spelling. */
export const activationNames = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'selu',
  'gelu',
  'gelu_new',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'softmax',
  'logSoftmax',
  'softplus',
  'softsign',
  'swish',
  'mish',
] as const
export type ActivationName = (typeof activationNames)[number]

/** Initial values of weights. `unitForgetBias`: zeros, with ones for the forget gate (the second quarter) of an LSTM. */
export const initializerNames = [
  'zeros',
  'ones',
  'identity',
  'randomUniform',
  'randomNormal',
  'truncatedNormal',
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'leCunUniform',
  'leCunNormal',
  'orthogonal',
  'unitForgetBias',
] as const
export type InitializerName = (typeof initializerNames)[number]

const written = initializerNames.filter(name => name !== 'unitForgetBias')

export const activationField = (preset: ActivationName = 'linear') =>
  Type.Enum([...activationNames], { default: preset, description: 'Function applied to the output.' })

export const initializerField = (preset: InitializerName, of: string) =>
  Type.Enum([...written], { default: preset, description: `Initial values of the ${of}.` })

export const paddingField = Type.Enum(['valid', 'same'], {
  default: 'valid',
  description: '`valid`: none. `same`: zeros around the input, so that a stride of 1 keeps its size.',
})

export const useBiasField = Type.Boolean({
  default: true,
  description: 'Adds a bias to each output channel.',
})

export const countField = (description: string) => Type.Integer({ minimum: 1, description })

/** A whole number for all axes, or a list with one for each; resolved, it is always a list (see `spreadSizes`). */
export const sizeField = (rank: 1 | 2 | 3, description: string, preset?: number) =>
  Type.Union(
    [
      Type.Integer({ minimum: 1 }),
      Type.Array(Type.Integer({ minimum: 1 }), { minItems: rank, maxItems: rank }),
    ],
    { description, 'x-trimtab': `axes ${rank}`, ...(preset === undefined ? {} : { default: preset }) },
  )

export const rateField = (description: string) =>
  Type.Number({ minimum: 0, exclusiveMaximum: 1, description })

/** A size as a list with one entry an axis. */
export const perAxis = (size: number | readonly number[], rank: number): readonly number[] =>
  typeof size === 'number' ? Array.from({ length: rank }, () => size) : size

/** A config whose sizes are lists, whichever way they were written: equal networks then have equal configs. */
export const spreadSizes = (
  config: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, unknown>>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const mark = (properties[key] as { 'x-trimtab'?: unknown } | undefined)?.['x-trimtab']
      const rank = typeof mark === 'string' && mark.startsWith('axes ') ? Number(mark.slice(5)) : 0
      return [key, rank > 0 && typeof value === 'number' ? perAxis(value, rank) : value]
    }),
  )

/** True for functions that look at all channels at once, so that no channel can go without changing the others. */
export const mixesChannels = (activation: string): boolean =>
  activation === 'softmax' || activation === 'logSoftmax'

/** Of layers that normalize: how what they made mean 0 and variance 1 is scaled and moved. */
export const scalingFields = {
  epsilon: Type.Number({
    exclusiveMinimum: 0,
    default: 0.001,
    description: 'Added to the variance before its root is taken.',
  }),
  center: Type.Boolean({ default: true, description: 'Adds beta.' }),
  scale: Type.Boolean({ default: true, description: 'Multiplies by gamma.' }),
  betaInitializer: initializerField('zeros', 'offset beta'),
  gammaInitializer: initializerField('ones', 'scale gamma'),
}
