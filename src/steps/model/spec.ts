import { type Static, Type } from 'typebox'
import { pathField } from '../../core/fields.js'
import type { Fault } from '../../core/problem.js'
import { describeNetwork } from '../../network/describe.js'
import { range } from '../../network/description.js'
import { weightBytes } from '../../network/holding.js'
import type { Network } from '../../network/network.js'
import { type TfjsModel, readTfjsHeader } from '../../sources/tfjs-model.js'
import { type Inspection, type Prediction, defineStep } from '../define-step.js'
import { translate } from './translate.js'

const params = Type.Object(
  {
    source: Type.Object(
      {
        tfjs: Type.Optional(
          pathField('A `model.json` of the TensorFlow.js layers format, with its shards beside it.'),
        ),
        onnx: Type.Optional(pathField('An ONNX file. Not read yet.')),
      },
      {
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
        description: 'The file that holds the model.',
      },
    ),
    classNames: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        uniqueItems: true,
        description: 'Names of the classes, in the order of the outputs.',
      }),
    ),
  },
  { additionalProperties: false, description: 'Brings in a model that was trained elsewhere.' },
)

export type ModelConfig = Static<typeof params>

/** What inspecting found: the header of a tfjs model. */
interface Found {
  readonly model: TfjsModel
}

const under = (faults: readonly Fault[], key: string): Fault[] =>
  faults.map(fault => ({ ...fault, path: ['source', key, ...(fault.path ?? [])] }))

const inspect = async ({ source }: ModelConfig): Promise<Inspection> => {
  if (source.tfjs === undefined)
    return {
      files: [],
      faults: [
        {
          code: 'model-format',
          message: 'ONNX models cannot be brought in yet; a later version will',
          path: ['source', 'onnx'],
          hint: 'Convert the model to the TensorFlow.js layers format and use `tfjs: model.json`.',
        },
      ],
    }
  const { model, files, faults } = await readTfjsHeader(source.tfjs)
  return { files, faults: under(faults, 'tfjs'), ...(model ? { found: { model } satisfies Found } : {}) }
}

const classFaults = (network: Network, names: readonly string[] | undefined): Fault[] => {
  if (!names) return []
  const outputs = describeNetwork(network).outputShape.reduce((product, side) => product * side, 1)
  const fits = names.length === outputs || (names.length === 2 && outputs === 1)
  return fits
    ? []
    : [
        {
          code: 'class-count',
          message: `${names.length} names of classes for a model with ${outputs} outputs`,
          path: ['classNames'],
        },
      ]
}

const predict = (config: ModelConfig, _: unknown, found: unknown): Prediction => {
  if (found === undefined) return { outputs: {} }
  const { network, faults } = translate((found as Found).model)
  if (!network) return { outputs: {}, faults }
  const wrong = classFaults(network, config.classNames)
  if (wrong.length > 0) return { outputs: {}, faults: wrong }
  const known = describeNetwork(network, config.classNames ? { classNames: config.classNames } : {})
  // Which weights are zero stands in the shards, which are not read before a run.
  const nonZero = 'exact' in known.parameters ? range(0, known.parameters.exact) : known.parameters
  return { outputs: { model: { ...known, nonZero } } }
}

export const model = defineStep({
  kind: 'model',
  revision: 1,
  params,
  lane: 'io',
  produces: { model: 'model' },
  inspect,
  predict,
  memory: (_config, _inputs, outputs) =>
    outputs['model']?.type === 'model' ? { bytes: weightBytes(outputs['model'], 5) } : {},
})
