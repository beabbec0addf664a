import { Type } from 'typebox'
import { initializerField, scalingFields } from '../fields.js'
import { channelsOf, defineLayer, formatShape, misfit, type Shape } from '../layer-type.js'

/** An axis counted from 1 (0 is the batch) or from the end (−1), as an index of a shape without the batch. */
export const axisIndex = (axis: number, shape: Shape): number => (axis < 0 ? shape.length + axis : axis - 1)

export const axisField = (description: string) => Type.Integer({ default: -1, description })

export const batchNormalization = defineLayer({
  type: 'batchNormalization',
  className: 'BatchNormalization',
  params: Type.Object(
    {
      axis: axisField('Axis of the channels: the last, −1.'),
      momentum: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.99,
        description: 'Share of the moving mean and variance that a training step keeps.',
      }),
      ...scalingFields,
      movingMeanInitializer: initializerField('zeros', 'moving mean'),
      movingVarianceInitializer: initializerField('ones', 'moving variance'),
    },
    {
      additionalProperties: false,
      description:
        'Gives each channel mean 0 and variance 1, over the batch while training (Ioffe & Szegedy 2015).',
    },
  ),
  // TensorFlow.js takes another axis, and then gives wrong values: its kernels run the statistics along the last.
  shape: ({ axis }, [input]) =>
    axisIndex(axis, input!) === input!.length - 1
      ? input!
      : misfit(`only the last axis of ${formatShape(input!)} can be normalized`, {
          key: 'axis',
          hint: 'Leave `axis` out.',
        }),
  weights: (config, [input]) => {
    const shape = [channelsOf(input!)]
    const axes = ['out' as const]
    const moving = { shape, axes, trainable: false }
    return [
      ...(config.scale ? [{ weight: 'gamma', shape, axes, initializer: config.gammaInitializer }] : []),
      ...(config.center ? [{ weight: 'beta', shape, axes, initializer: config.betaInitializer }] : []),
      { weight: 'movingMean', initializer: config.movingMeanInitializer, ...moving },
      { weight: 'movingVariance', initializer: config.movingVarianceInitializer, ...moving },
    ]
  },
  channels: () => ({ kind: 'keeps' }),
})
