import { Type } from 'typebox'
import { learningRateField } from './schedules.js'
import { resolveVariant, variantField, type ResolvedVariant, type Variant } from './variants.js'

const share = (preset: number, description: string) =>
  Type.Number({ minimum: 0, exclusiveMaximum: 1, default: preset, description })
const epsilon = Type.Number({
  exclusiveMinimum: 0,
  default: 1e-7,
  description: 'Keeps divisions away from 0.',
})
const weightDecay = Type.Number({
  minimum: 0,
  default: 0,
  description:
    'Share of each weight that a step takes away, times the learning rate (Loshchilov & Hutter 2019).',
})
const moments = {
  learningRate: learningRateField(0.001),
  beta1: share(0.9, 'Decay of the mean of gradients.'),
  beta2: share(0.999, 'Decay of the size of gradients.'),
  epsilon,
  weightDecay,
}

/** Optimizers with Keras's names and defaults. */
export const optimizers = {
  sgd: Type.Object(
    {
      learningRate: learningRateField(0.01),
      momentum: share(0, 'Share of the last update that is kept; 0 is plain gradient descent.'),
      nesterov: Type.Boolean({
        default: false,
        description: 'Looks ahead along the momentum (Nesterov 1983).',
      }),
      weightDecay,
    },
    { description: 'Stochastic gradient descent, with momentum if wanted.' },
  ),
  adam: Type.Object(
    {
      ...moments,
      amsgrad: Type.Boolean({
        default: false,
        description: 'Divides by the largest size of gradients so far (Reddi et al. 2018).',
      }),
    },
    { description: 'Adam (Kingma & Ba 2015); with weightDecay, AdamW.' },
  ),
  nadam: Type.Object(moments, { description: 'Adam with Nesterov momentum (Dozat 2016).' }),
  lion: Type.Object(
    {
      learningRate: learningRateField(0.001),
      beta1: share(0.9, 'Share of the mean in the direction.'),
      beta2: share(0.99, 'Decay of the mean of gradients.'),
      weightDecay,
    },
    { description: 'Lion: the sign of the direction (Chen et al. 2023).' },
  ),
  adamax: Type.Object(moments, { description: 'Adam by the infinity norm (Kingma & Ba 2015, section 7).' }),
  adagrad: Type.Object(
    {
      learningRate: learningRateField(0.001),
      initialAccumulator: Type.Number({
        minimum: 0,
        default: 0.1,
        description: 'Starting value of the sum of squared gradients.',
      }),
      epsilon,
      weightDecay,
    },
    { description: 'AdaGrad (Duchi et al. 2011).' },
  ),
  rmsprop: Type.Object(
    {
      learningRate: learningRateField(0.001),
      rho: share(0.9, 'Decay of the mean of squared gradients.'),
      momentum: share(0, 'Share of the last update that is kept.'),
      centered: Type.Boolean({ default: false, description: 'Divides by the variance of gradients.' }),
      epsilon,
      weightDecay,
    },
    { description: 'RMSProp (Tieleman & Hinton 2012).' },
  ),
  adadelta: Type.Object(
    {
      learningRate: learningRateField(0.001),
      rho: share(0.95, 'Decay of the mean of squared gradients.'),
      epsilon,
      weightDecay,
    },
    { description: 'AdaDelta (Zeiler 2012).' },
  ),
} as const

export type OptimizerConfig = Variant<typeof optimizers>
/** An optimizer with all of its fields; `learningRate` may be a schedule. */
export type Optimizer = ResolvedVariant<typeof optimizers>

export const optimizerField = variantField(optimizers, {
  description: 'How gradients change the weights: a bare name, or `{adam: {learningRate: 0.001}}`.',
  default: 'adam',
})

/** Name and fields of an optimizer, defaults filled in. */
export const resolveOptimizer = (config: OptimizerConfig): Optimizer => resolveVariant(optimizers, config)
