import { type Static, Type } from 'typebox'
import { rulesField } from '../../network/selectors.js'

const weightsField = (more: string) =>
  Type.Optional(
    Type.Enum(['int8', 'int16', 'int32', 'float32'], {
      description: `Integers that store the kernels; \`float32\` leaves them as they are. ${more}`,
    }),
  )

export const params = Type.Object(
  {
    weights: weightsField('Absent: as `parameters`, else int8.'),
    parameters: Type.Optional(
      Type.Enum(['int32'], {
        description:
          'Integers that store all other parameters (biases, normalization). Absent: float32, but int32 for the biases of int8 layers whose input is quantized too.',
      }),
    ),
    granularity: Type.Enum(['channel', 'tensor'], {
      default: 'channel',
      description: 'One scale for each output channel of a kernel, or one for the whole kernel.',
    }),
    scheme: Type.Enum(['symmetric', 'affine'], {
      default: 'symmetric',
      description:
        'Of kernels: `symmetric` keeps zero at code 0, `affine` uses the range between the smallest and the largest value.',
    }),
    activations: Type.Optional(
      Type.Enum(['uint8', 'int8'], {
        description:
          'Integers that stand for what enters the layers with kernels, affine, one scale a tensor, ranges from calibration on `data`. Absent: float32.',
      }),
    ),
    calibration: Type.Object(
      {
        method: Type.Enum(['minmax', 'percentile'], {
          default: 'minmax',
          description: 'Ranges from the extremes, or with the outermost values cut off.',
        }),
        percentile: Type.Number({
          exclusiveMinimum: 50,
          maximum: 100,
          default: 99.99,
          description:
            'Share of values, in percent, that `percentile` keeps below its upper and above its lower end.',
        }),
        examples: Type.Optional(
          Type.Integer({
            minimum: 1,
            description: 'Examples drawn from the split `train`. Absent: 512, or all where there are fewer.',
          }),
        ),
        batchSize: Type.Integer({ minimum: 1, default: 64, description: 'Examples run at once.' }),
      },
      { additionalProperties: false, default: {}, description: 'How ranges of activations are found.' },
    ),
    rules: rulesField(
      {
        weights: weightsField('Absent: as the step.'),
        granularity: Type.Optional(
          Type.Enum(['channel', 'tensor'], { description: 'Scales of the kernel. Absent: as the step.' }),
        ),
        scheme: Type.Optional(
          Type.Enum(['symmetric', 'affine'], { description: 'Scheme of the kernel. Absent: as the step.' }),
        ),
        activations: Type.Optional(
          Type.Enum(['uint8', 'int8', 'float32'], {
            description: "Format of the layer's output. Absent: as the step.",
          }),
        ),
      },
      'Formats of some layers.',
    ),
  },
  {
    additionalProperties: false,
    description:
      'Store weights as integers, and simulate integer activations: x_q = round(x · scale + bias), half to even.',
  },
)

/** The kind's settings, defaults filled in. */
export type QuantizeConfig = Static<typeof params>
