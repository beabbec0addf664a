import { Type } from 'typebox'
import type { Fault, Path } from '../core/problem.js'
import { formatShape, type Shape } from './layer-type.js'
import { resolveVariant, variantField, type ResolvedVariant, type Variant } from './variants.js'

const plain = (description: string) => Type.Object({}, { description })

const labelSmoothing = Type.Number({
  minimum: 0,
  exclusiveMaximum: 1,
  default: 0,
  description: 'Share of the target that is spread evenly over all classes (Szegedy et al. 2016).',
})

/** Losses with Keras's names. Each is the mean over the examples of a batch. */
export const losses = {
  sparseCategoricalCrossentropy: Type.Object(
    { labelSmoothing },
    { description: '−log of the probability of the right class.' },
  ),
  categoricalCrossentropy: Type.Object(
    { labelSmoothing },
    {
      description: 'As sparseCategoricalCrossentropy; with targets that are vectors, −Σ target · log output.',
    },
  ),
  binaryCrossentropy: Type.Object(
    { labelSmoothing },
    { description: '−log of the probability of the right one of two classes.' },
  ),
  kullbackLeiblerDivergence: plain('Σ target · log(target / output).'),
  hinge: plain('Mean of max(0, 1 − target · output), targets −1 and 1 (Vapnik 1995).'),
  squaredHinge: plain('Mean of max(0, 1 − target · output)².'),
  categoricalHinge: plain('max(0, 1 + largest wrong output − right output).'),
  meanSquaredError: plain('Mean of (output − target)².'),
  meanAbsoluteError: plain('Mean of |output − target|.'),
  meanAbsolutePercentageError: plain('100 · mean of |output − target| / |target|.'),
  meanSquaredLogarithmicError: plain('Mean of (log(1 + output) − log(1 + target))².'),
  logCosh: plain('Mean of log cosh(output − target): a square for small errors, a line for large ones.'),
  poisson: plain('Mean of output − target · log output.'),
  cosineSimilarity: plain('−cosine of the angle between output and target.'),
  huber: Type.Object(
    {
      delta: Type.Number({
        exclusiveMinimum: 0,
        default: 1,
        description: 'Where the square goes over into a line.',
      }),
    },
    { description: 'Square for small errors, a line for large ones (Huber 1964).' },
  ),
} as const

export type LossConfig = Variant<typeof losses>
export type Loss = ResolvedVariant<typeof losses>
export type Task = 'classification' | 'regression'

/** Absence: chosen by the task (see `chooseLoss`). */
export const lossField = Type.Optional(
  variantField(losses, {
    description:
      'What training makes small. Absence: cross-entropy for classes (binary with one output), else the mean squared error.',
  }),
)

/** The loss of a config, or the usual one of the task and output. */
export const chooseLoss = (config: LossConfig | undefined, task: Task, outputShape: Shape): Loss =>
  resolveVariant(
    losses,
    config ??
      (task === 'regression'
        ? 'meanSquaredError'
        : outputShape.length === 1 && outputShape[0] === 1
          ? 'binaryCrossentropy'
          : 'sparseCategoricalCrossentropy'),
  )

/** A loss that cannot judge this output or task. Errors of numbers on classes compare with one-hot targets, and may. */
export const lossFaults = (loss: Loss, task: Task, outputShape: Shape, path: Path): Fault[] => {
  const fault = (message: string, hint: string): Fault[] => [{ code: 'loss', message, path, hint }]
  const ofClasses = ['sparseCategoricalCrossentropy', 'categoricalHinge'].includes(loss.type)
  if (ofClasses && task === 'regression')
    return fault(`${loss.type} needs classes, and the data has numbers`, 'Use meanSquaredError.')
  const isOne = outputShape.length === 1 && outputShape[0] === 1
  const overClasses = ofClasses || loss.type === 'categoricalCrossentropy'
  if (overClasses && task === 'classification' && isOne)
    return fault(`${loss.type} needs an output for each class, and there is one`, 'Use binaryCrossentropy.')
  if (loss.type === 'binaryCrossentropy' && task === 'classification' && !isOne)
    return fault(
      `binaryCrossentropy needs one output, and the network gives ${formatShape(outputShape)}`,
      'Use sparseCategoricalCrossentropy.',
    )
  return []
}
