import { didYouMean } from '../../core/nearest.js'
import type { Fault } from '../../core/problem.js'
import { chooseLoss, lossFaults } from '../../network/losses.js'
import type { Network } from '../../network/network.js'
import { resolveOptimizer } from '../../network/optimizers.js'
import { scheduleFaults } from '../../network/schedules.js'
import { untrainable } from '../../network/trainable.js'
import type { DatasetDescription } from '../../sources/description.js'
import { type TrainingConfig, scoreNames } from './fields.js'

/** Layers whose `activation` is the last thing that they do; recurrent layers use theirs in every step. */
const activated = /^(dense|activation|(depthwise|separable)?conv[123]d(transpose)?)$/i

/** What the last layer of a network makes of its values: `softmax`, `sigmoid`, `linear` … */
export const finalActivation = (network: Network): string => {
  const node = network.layers.find(({ name }) => name === network.output)
  if (node === undefined) return 'linear'
  if (node.type === 'softmax') return (node.config['axis'] ?? -1) === -1 ? 'softmax' : 'linear'
  const { activation } = node.config
  return activated.test(node.type) && typeof activation === 'string' ? activation : 'linear'
}

const endings: Readonly<Record<string, string>> = {
  sparseCategoricalCrossentropy: 'softmax',
  categoricalCrossentropy: 'softmax',
  kullbackLeiblerDivergence: 'softmax',
  binaryCrossentropy: 'sigmoid',
}

const endFaults = (network: Network, loss: string, isReference: boolean): Fault[] => {
  const wanted = endings[loss]
  const found = finalActivation(network)
  if (wanted === undefined || found === wanted) return []
  const at = network.layers.findIndex(({ name }) => name === network.output)
  const node = network.layers[at]!
  return [
    {
      code: 'loss-activation',
      message: `${loss} compares probabilities, and the last layer "${node.name}" ends with ${found}`,
      path: isReference ? ['model'] : ['model', 'layers', at],
      hint: `Give the last layer \`activation: ${wanted}\`, or choose a loss for what it gives, such as meanSquaredError.`,
    },
  ]
}

const stoppingFaults = (config: TrainingConfig, data: DatasetDescription): Fault[] => {
  const { earlyStopping, metrics } = config
  const own = scoreNames[data.task] as readonly string[]
  const faults: Fault[] = (metrics ?? []).flatMap((name, at) =>
    own.includes(name)
      ? []
      : [
          {
            code: 'metric-task',
            message: `${name} cannot be measured on a ${data.task} dataset`,
            path: ['metrics', at],
            hint: `It has ${own.join(', ')}.`,
          },
        ],
  )
  if (earlyStopping === undefined) return faults
  if ((data.examples.validation ?? 0) === 0)
    faults.push({
      code: 'no-validation',
      message: 'early stopping watches the split `validation`, and the dataset has none',
      path: ['earlyStopping'],
      hint: 'Give the dataset one, such as `split: {train: 0.9, validation: 0.1}`.',
    })
  const { monitor } = earlyStopping
  if (monitor !== 'loss' && !own.includes(monitor))
    faults.push({
      code: 'metric-task',
      message: `early stopping cannot watch ${monitor} on a ${data.task} dataset`,
      path: ['earlyStopping', 'monitor'],
      hint: `It has loss, ${own.join(', ')}.`,
    })
  return faults
}

const classWeightFaults = (config: TrainingConfig, data: DatasetDescription): Fault[] => {
  const { classWeights } = config
  if (classWeights === undefined) return []
  if (data.task === 'regression')
    return [
      {
        code: 'class-weights',
        message: 'a regression dataset has no classes to weigh',
        path: ['classWeights'],
      },
    ]
  if (classWeights === 'balanced' || data.classes === undefined) return []
  const known = new Set([
    ...(data.classNames ?? []),
    ...Array.from({ length: data.classes }, (_, at) => `${at}`),
  ])
  return Object.keys(classWeights).flatMap(name =>
    known.has(name)
      ? []
      : [
          {
            code: 'class-weights',
            message: `the data has no class "${name}"`,
            path: ['classWeights', name],
            on: 'key' as const,
            hint: didYouMean(name, known) ?? `Its classes: ${[...known].slice(0, 20).join(', ')}.`,
          },
        ],
  )
}

/** What can be wrong with training settings whatever the network. Paths start at the step. */
export const settingFaults = (config: TrainingConfig, data: DatasetDescription | undefined): Fault[] => {
  const optimizer = resolveOptimizer(config.optimizer)
  const faults = scheduleFaults(optimizer.learningRate, ['optimizer', optimizer.type, 'learningRate'])
  if (data === undefined) return faults
  if ((data.examples.train ?? 0) === 0)
    faults.push({
      code: 'no-training-data',
      message: 'the dataset has no split `train`',
      path: ['data'],
      hint: 'Give it one, such as `split: {train: 0.9, validation: 0.1}`.',
    })
  return [...faults, ...stoppingFaults(config, data), ...classWeightFaults(config, data)]
}

/** What can be wrong with training this network by this loss on this data. `isReference`: it comes from another step. */
export const networkFaults = (
  config: TrainingConfig,
  network: Network,
  outputShape: readonly number[],
  data: DatasetDescription | undefined,
  isReference: boolean,
): Fault[] => {
  const faults = untrainable(network).map(({ path, ...fault }): Fault => ({
    ...fault,
    path: isReference ? ['model'] : ['model', ...(path ?? [])],
  }))
  if (data === undefined) return faults
  const loss = chooseLoss(config.loss, data.task, outputShape)
  const lossPath = config.loss === undefined ? ['model'] : ['loss']
  const unfit = lossFaults(loss, data.task, outputShape, lossPath)
  return [...faults, ...(unfit.length > 0 ? unfit : endFaults(network, loss.type, isReference))]
}

/** A model that comes from another step, against the data that it is to be trained on. */
export const referenceFaults = (
  model: { readonly inputShape: readonly number[]; readonly outputShape: readonly number[] },
  data: DatasetDescription | undefined,
  path: readonly (string | number)[] = ['model'],
): Fault[] => {
  if (data === undefined) return []
  // Other data altogether: what it says of classes would be an echo.
  if (model.inputShape.join() !== data.shape.join())
    return [
      {
        code: 'shape-mismatch',
        message: `the model takes ${model.inputShape.join('×')}, the data has ${data.shape.join('×')}`,
        path,
      },
    ]
  const { classes, task } = data
  const [width] = model.outputShape
  const fits =
    model.outputShape.length === 1 &&
    (width === classes || (task === 'classification' && classes === 2 && width === 1))
  if (classes === undefined || fits) return []
  return [
    {
      code: 'class-count',
      message: `the model gives ${model.outputShape.join('×')}, and the data has ${classes} ${task === 'classification' ? 'classes' : 'values a target'}`,
      path,
    },
  ]
}
