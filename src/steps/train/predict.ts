import type { Fault } from '../../core/problem.js'
import { resolveNetwork } from '../../network/architecture.js'
import { describeNetwork } from '../../network/describe.js'
import { type ModelDescription, highest, lowest, range } from '../../network/description.js'
import type { DatasetDescription } from '../../sources/description.js'
import type { DescribedInputs, Prediction } from '../define-step.js'
import { networkFaults, referenceFaults, settingFaults } from './checks.js'
import type { TrainingConfig } from './fields.js'

/** The config of a kind whose `model` may be an architecture. */
export type Trained = TrainingConfig & { readonly model?: { readonly layers?: unknown } }

const under = (faults: readonly Fault[], ...path: (string | number)[]): Fault[] =>
  faults.map(fault => ({ ...fault, path: [...path, ...(fault.path ?? [])] }))

/** How many values the data asks of an output, in the words of `resolveNetwork`. */
export const wanted = (data: DatasetDescription | undefined) => {
  if (data?.classes === undefined) return {}
  return data.task === 'classification' ? { classes: data.classes } : { targets: data.classes }
}

const newModel = (
  config: Trained,
  data: DatasetDescription | undefined,
): { readonly model?: ModelDescription; readonly faults: readonly Fault[] } => {
  const { network, faults } = resolveNetwork(config.model!, data?.shape, wanted(data))
  if (network === undefined) return { faults: under(faults, 'model') }
  const model = describeNetwork(network, data?.classNames ? { classNames: data.classNames } : {})
  // A weight may come to be 0 only by chance, or start at 0 and stay there (a bias of a unit that never fires).
  const trained = { ...model, nonZero: range(0, highest(model.parameters)) }
  return {
    model: trained,
    faults: [...under(faults, 'model'), ...networkFaults(config, network, model.outputShape, data, false)],
  }
}

const knownModel = (
  config: Trained,
  model: ModelDescription,
  data: DatasetDescription | undefined,
): { readonly model?: ModelDescription; readonly faults: readonly Fault[] } => {
  if (model.format !== 'layers')
    return { faults: [{ code: 'model-format', message: 'ONNX models cannot be trained', path: ['model'] }] }
  const faults = referenceFaults(model, data)
  // Widths that only a run can tell change nothing of what is checked here.
  const network = model.network ?? model.between?.widest
  const more = network ? networkFaults(config, network, model.outputShape, data, true) : []
  // Masked weights stay 0; other zeros may move.
  const nonZero = range(Math.min(lowest(model.nonZero), lowest(model.parameters)), highest(model.parameters))
  return { model: { ...model, nonZero }, faults: [...faults, ...more] }
}

/** The model that training gives, and all that is wrong with its settings, its network and its data together. */
export const predictTraining = (config: Trained, inputs: DescribedInputs): Prediction => {
  const data = inputs['data']?.[0]?.description as DatasetDescription | undefined
  const settings = settingFaults(config, data)
  const given = inputs['model']?.[0]
  const reference = given?.description as ModelDescription | undefined
  if (given !== undefined && reference === undefined) return { outputs: {}, faults: settings }
  const found = reference
    ? knownModel(config, reference, data)
    : config.model
      ? newModel(config, data)
      : {
          faults: [
            {
              code: 'missing-key',
              message: 'a model to train is missing',
              path: ['model'],
              hint: 'Write `model: {layers: […]}` for a new one, or `model: STEP` to go on from another step.',
            },
          ],
        }
  const faults = [...settings, ...found.faults]
  const model = 'model' in found ? found.model : undefined
  return { outputs: model && faults.length === 0 ? { model } : {}, faults }
}
