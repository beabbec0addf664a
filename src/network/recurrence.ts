import { Type, type Static } from 'typebox'
import { activationField, countField, initializerField, useBiasField } from './fields.js'
import { channelsOf, type LayerType, type WeightPart } from './layer-type.js'
import { wrongRank } from './windows.js'

const shareField = (description: string) =>
  Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0, description })

const cellFields = {
  units: countField('Size of the state.'),
  activation: activationField('tanh'),
  useBias: useBiasField,
  kernelInitializer: initializerField('glorotUniform', 'kernel for the input'),
  recurrentInitializer: initializerField('orthogonal', 'kernel for the state'),
  biasInitializer: initializerField('zeros', 'bias'),
  dropout: shareField('Share of the input dropped while training.'),
  recurrentDropout: shareField('Share of the state dropped while training.'),
  returnSequences: Type.Boolean({
    default: false,
    description: 'Gives the state after each step, not only after the last.',
  }),
  goBackwards: Type.Boolean({ default: false, description: 'Reads the sequence from its end.' }),
}

const gateField = activationField('sigmoid')

const fieldsOf = (type: string) => ({
  ...cellFields,
  ...(type === 'simpleRNN'
    ? {}
    : { recurrentActivation: { ...gateField, description: 'Function of the gates.' } }),
  ...(type === 'lstm'
    ? {
        unitForgetBias: Type.Boolean({
          default: true,
          description: 'Starts the forget gate at 1 (Jozefowicz et al. 2015).',
        }),
      }
    : {}),
})

const params = (type: string, description: string) =>
  Type.Object(fieldsOf(type), { additionalProperties: false, description })

type Config = Static<ReturnType<typeof params>>

/** A recurrent layer over a sequence (steps × channels); `gates` kernels stand side by side in each weight. */
export const recurrence = (
  type: string,
  className: string,
  gates: number,
  description: string,
): LayerType<ReturnType<typeof params>> => ({
  type,
  className,
  params: params(type, description),
  shape: ({ units, returnSequences }, [input]) =>
    wrongRank(type, input!, 2) ?? (returnSequences ? [input![0]!, units] : [units]),
  weights: (config: Config & { unitForgetBias?: boolean }, [input]) => {
    const steps = input![0]!
    const width = gates * config.units
    const bias: WeightPart = {
      weight: 'bias',
      shape: [width],
      axes: ['-'],
      initializer: type === 'lstm' && config.unitForgetBias ? 'unitForgetBias' : config.biasInitializer,
    }
    return [
      {
        weight: 'kernel',
        shape: [channelsOf(input!), width],
        axes: ['in', '-'],
        initializer: config.kernelInitializer,
        macsEach: steps,
      },
      {
        weight: 'recurrentKernel',
        shape: [config.units, width],
        axes: ['-', '-'],
        initializer: config.recurrentInitializer,
        macsEach: steps,
      },
      ...(config.useBias ? [bias] : []),
    ]
  },
  channels: () => ({ kind: 'makes', width: 'units', locked: 'units of a recurrent layer are not pruned' }),
})
