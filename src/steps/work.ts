import { highest, type ModelDescription } from '../network/description.js'
import type { DatasetDescription } from '../sources/description.js'
import type { DescribedInputs, Prediction, Work } from './define-step.js'

const modelsOf = (inputs: DescribedInputs, ...ports: readonly string[]): ModelDescription[] =>
  ports
    .flatMap(port => inputs[port] ?? [])
    .flatMap(({ description }) => (description?.type === 'model' ? [description] : []))

const examplesOf = (inputs: DescribedInputs): DatasetDescription['examples'] | undefined => {
  const data = inputs['data']?.[0]?.description
  return data?.type === 'dataset' ? data.examples : undefined
}

const macsOf = (models: readonly ModelDescription[]): number =>
  models.reduce((sum, { macs }) => sum + highest(macs), 0)

/** Forward and both gradients of every example in every epoch; teachers and the validation split run forward alone. */
export const trainingWork = (
  { epochs }: { readonly epochs: number },
  inputs: DescribedInputs,
  { model }: Prediction['outputs'],
): Work | undefined => {
  const examples = examplesOf(inputs)
  if (model?.type !== 'model' || examples === undefined) return undefined
  const { train = 0, validation = 0 } = examples
  const teachers = macsOf(modelsOf(inputs, 'teachers'))
  return {
    training: 3 * epochs * train * highest(model.macs),
    inference: epochs * (validation * highest(model.macs) + train * teachers),
    // Then a weight takes part in more than one product of an example.
    reuses: highest(model.macs) > highest(model.parameters),
  }
}

/** One forward pass of every model over the splits that are measured. */
export const measuringWork = (_: unknown, inputs: DescribedInputs): Work | undefined => {
  const examples = examplesOf(inputs)
  if (examples === undefined) return undefined
  const { test = 0, validation = 0 } = examples
  const inference = (test + validation) * macsOf(modelsOf(inputs, 'models', 'reference'))
  return { training: 0, inference, reuses: false }
}
