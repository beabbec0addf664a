import type { Fault } from '../../core/problem.js'
import type { ModelDescription } from '../../network/description.js'
import type { DatasetDescription } from '../../sources/description.js'

const written = (shape: readonly number[]): string => shape.join('×')
const product = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1)

/** Numbers in one output of a model. */
export const outputsOf = (model: Pick<ModelDescription, 'outputShape'>): number => product(model.outputShape)

/** Why a model cannot be measured on a dataset. */
export const fitFaults = (
  name: string,
  model: Pick<ModelDescription, 'inputShape' | 'outputShape'>,
  data: DatasetDescription,
  port: string,
): Fault[] => {
  // Other data altogether: what it says of classes would be an echo.
  if (written(model.inputShape) !== written(data.shape))
    return [
      {
        code: 'shape-mismatch',
        message: `model ${name} takes ${written(model.inputShape)}, the data has ${written(data.shape)}`,
        path: [port === 'reference' ? port : 'data'],
        hint: 'Measure it on the data that it was trained for.',
      },
    ]
  const outputs = outputsOf(model)
  const { classes, task } = data
  const binary = task === 'classification' && outputs === 1 && classes === 2
  if (classes === undefined || outputs === classes || binary) return []
  return [
    {
      code: 'class-count',
      message: `model ${name} gives ${outputs} ${outputs === 1 ? 'number' : 'numbers'}, the data has ${classes} ${task === 'classification' ? 'classes' : 'targets'}`,
      path: [port],
      hint: 'Measure it on the data that it was trained for.',
    },
  ]
}

/** Why a model cannot be compared with the reference. */
export const referenceFaults = (
  model: Pick<ModelDescription, 'outputShape'>,
  reference: Pick<ModelDescription, 'outputShape'> | undefined,
): Fault[] =>
  reference && outputsOf(reference) !== outputsOf(model)
    ? [
        {
          code: 'class-count',
          message: `the reference gives ${outputsOf(reference)} numbers, the model ${outputsOf(model)}`,
          path: ['reference'],
        },
      ]
    : []
