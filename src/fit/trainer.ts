import type { Random } from '../core/random.js'
import type { Batch, Split } from '../data/dataset.js'
import type { HalfType } from '../engine/graph/mixed-precision.js'
import { tf } from '../engine/tf.js'
import { drawsFrom } from '../model/noise.js'
import { arraysOf, asExamples, tensorsOf } from './examples.js'
import type { ExampleOptions } from './examples.js'
import type { FakeQuantization } from './fake-quantization.js'
import { descend, look } from './gradient-step.js'
import type { StepParts } from './gradient-step.js'
import type { OptimizerState } from './optimizer.js'

/** What mixed precision came to. */
export interface MixedPrecision {
  readonly compute: HalfType
  /** Of float16, at the end: what the loss is multiplied by. */
  readonly lossScale?: number
  /** Of float16: steps whose gradients overflowed, and which moved nothing. */
  readonly skippedSteps?: number
}

/** How the steps of a training are computed. */
export type Execution =
  | { readonly mode: 'graph'; readonly mixedPrecision?: MixedPrecision }
  /** Operation by operation, each asked for by JavaScript; `why`: what kept it from being a graph, where it could have been one. */
  | { readonly mode: 'operations'; readonly why?: string }

export interface Stepped {
  readonly loss: number
  /** `count × outputs`, before the weights moved. */
  readonly output: Float32Array
}

export interface Looked {
  /** The mean of the plain loss. */
  readonly loss: number
  /** `count × outputs`. */
  readonly output: Float32Array
  /** Sums over the batch. */
  readonly measured: Readonly<Record<string, number>>
}

export type Weights = ReadonlyMap<string, Float32Array>

/** Moves a network's weights step by step, wherever they lie meanwhile. */
export interface Trainer {
  readonly execution: Execution
  /** One step down the gradient. `random` draws dropout and other noise. */
  step(
    batch: Batch,
    moment: { readonly step: number; readonly learningRate: number },
    random: Random,
  ): Promise<Stepped>
  /** Judges a batch of a split as the network is now. */
  look(split: Split, batch: Batch): Promise<Looked>
  /** Copies of all of the network's weights. */
  weights(): Promise<Map<string, Float32Array>>
  /** Copies of the objective's own variables. */
  extra(): Promise<Weights>
  /** Copies of what the optimizer remembers. */
  slots(): Promise<OptimizerState>
  /** Leaves the weights in the runnable and the objective. */
  finish(): Promise<void>
  dispose(): void
}

export interface TrainerOptions extends StepParts {
  readonly train: Split
  readonly examples: ExampleOptions
  readonly fakeQuantization?: FakeQuantization
  /** Products of training compute in this format, in a graph; absent: in float32. */
  readonly mixedPrecision?: HalfType
  /** What is remembered of the loss scale, where training goes on. */
  readonly lossScale?: Float32Array
}

/** Examples as validation sees them: no smoothing, no weights. */
export const plainly = ({ task, inputShape, outputs }: ExampleOptions): ExampleOptions => ({
  task,
  inputShape,
  outputs,
})

/** One step down the gradient, operation by operation. */
export type TakeStep = (options: TrainerOptions, ...given: Parameters<Trainer['step']>) => Promise<Stepped>

const takeWhole: TakeStep = async (options, batch, { step, learningRate }, random) => {
  const { objective, optimizer, train, examples } = options
  const scalars = optimizer.begin(learningRate)
  const results = tf.tidy(() =>
    descend(options, {
      examples: asExamples(tensorsOf(arraysOf(batch, examples))),
      fed: tensorsOf(objective.arrays(train, batch, step)),
      scalars: scalars.map(value => tf.scalar(value)),
      draws: drawsFrom(random),
    }),
  )
  try {
    // Asked for together: on a GPU each of them is a way there and back.
    const [loss, output] = await Promise.all([results.loss.data(), results.output.data()])
    return { loss: loss[0]!, output: output as Float32Array }
  } finally {
    tf.dispose([results.loss, results.output])
  }
}

/** Computes operation by operation, on any engine. */
export const operationTrainer = (
  options: TrainerOptions,
  why?: string,
  takeStep: TakeStep = takeWhole,
): Trainer => {
  const { runnable, objective, optimizer, examples, fakeQuantization } = options
  let rounded = false
  const round = async (): Promise<void> => {
    if (!rounded) await fakeQuantization?.refresh()
    rounded = true
  }
  return {
    execution: { mode: 'operations', ...(why === undefined ? {} : { why }) },
    step: async (batch, moment, random) => {
      await round()
      rounded = false
      return takeStep(options, batch, moment, random)
    },
    look: async (split, batch) => {
      await round()
      const results = tf.tidy(() =>
        look(
          options,
          asExamples(tensorsOf(arraysOf(batch, plainly(examples)))),
          tensorsOf(objective.arrays(split, batch, optimizer.steps)),
        ),
      )
      try {
        const names = Object.keys(results.measured)
        const [loss, output, ...sums] = await Promise.all(
          [results.loss, results.output, ...Object.values(results.measured)].map(tensor => tensor.data()),
        )
        return {
          loss: loss![0]!,
          output: output as Float32Array,
          measured: Object.fromEntries(names.map((name, i) => [name, sums[i]![0]!])),
        }
      } finally {
        tf.dispose([results.loss, results.output, ...Object.values(results.measured)])
      }
    },
    weights: () => runnable.weights(),
    extra: async () => {
      const extra = new Map<string, Float32Array>()
      for (const [name, variable] of objective.extra) extra.set(name, (await variable.data()) as Float32Array)
      return extra
    },
    slots: () => optimizer.state(),
    finish: () => Promise.resolve(),
    dispose: () => undefined,
  }
}
