import { stream } from '../../core/random.js'
import type { Batch, Split } from '../../data/dataset.js'
import type { HalfType } from '../../engine/graph/mixed-precision.js'
import { fit } from '../../fit/fit.js'
import { losses } from '../../fit/losses.js'
import { supervised } from '../../fit/objective.js'
import { initialModel } from '../../model/initial.js'
import { buildRunnable } from '../../model/runnable.js'
import { resolveNetwork } from '../../network/architecture.js'

const drawn = (inputShape: readonly number[], batch: number, steps: number): Split => {
  const random = stream(1, 'doctor')
  const size = inputShape.reduce((product, side) => product * side, batch)
  const x = Float32Array.from({ length: size }, () => random.uniform())
  const labels = Int32Array.from({ length: batch }, () => random.below(10))
  const indices = Uint32Array.from({ length: batch }, (_, at) => at)
  function* batches(): Generator<Batch> {
    for (let i = 0; i < steps; i++) yield { count: batch, x, labels, targets: new Float32Array(0), indices }
  }
  return { name: 'train', count: batch * steps, labels, batches }
}

/** How a training is said to run that does so as graphs. */
export const wholeGraph = 'each step as one graph'

export interface Trained {
  readonly weights: ReadonlyMap<string, Float32Array>
  /** Milliseconds of each step. */
  readonly steps: readonly number[]
  readonly mode: string
}

/** Trains a network on drawn examples with Adam, through the loop that steps use, on the engine that is open. */
const train = async (
  layers: readonly unknown[],
  inputShape: readonly number[],
  batch: number,
  steps: number,
  mixedPrecision?: HalfType,
): Promise<Trained> => {
  const { network, faults } = resolveNetwork({ layers }, inputShape)
  if (!network) throw new Error(faults.map(({ message }) => message).join('; '))
  const runnable = buildRunnable(initialModel(network, 1))
  const moments: number[] = []
  try {
    const { execution } = await fit({
      runnable,
      objective: supervised(losses['sparseCategoricalCrossentropy']!({})),
      examples: { task: 'classification', inputShape, outputs: 10 },
      train: drawn(inputShape, batch, steps),
      epochs: 1,
      batchSize: batch,
      optimizer: { name: 'adam', settings: {} },
      learningRate: () => {
        moments.push(performance.now())
        return 0.001
      },
      scores: ['accuracy'],
      ...(mixedPrecision ? { mixedPrecision } : {}),
      seed: 1,
      cancelled: () => false,
      emit: () => undefined,
    })
    moments.push(performance.now())
    const mode =
      execution.mode === 'graph'
        ? wholeGraph
        : `operation by operation${execution.why === undefined ? '' : ` (${execution.why})`}`
    // The first call is the epoch's own.
    const starts = moments.slice(1)
    return {
      weights: await runnable.weights(),
      steps: starts.slice(1).map((moment, at) => moment - starts[at]!),
      mode,
    }
  } finally {
    runnable.dispose()
  }
}

const convolve = (filters: number): unknown => ({
  conv2d: { filters, kernelSize: 3, activation: 'relu' },
})
const head = [{ dense: { units: 10, activation: 'softmax' } }]

/** Three steps of a network so small that the cpu engine makes them at once: its weights are what is compared. */
export const trainSmall = (): Promise<Trained> =>
  train([convolve(6), 'batchNormalization', 'maxPooling2d', 'flatten', ...head], [8, 8, 3], 16, 3)

/** The classic CNN of digits; its time is what is compared. */
export const trainDigits = (batch: number, steps: number, mixedPrecision?: HalfType): Promise<Trained> =>
  train(
    [
      convolve(32),
      'maxPooling2d',
      convolve(64),
      'maxPooling2d',
      'flatten',
      { dense: { units: 64, activation: 'relu' } },
      ...head,
    ],
    [28, 28, 1],
    batch,
    steps,
    mixedPrecision,
  )
