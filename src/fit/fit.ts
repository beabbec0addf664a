import type { Progress } from '../core/event.js'
import { fail } from '../core/problem.js'
import { stream } from '../core/random.js'
import { Cancelled } from '../core/step-file.js'
import type { Split } from '../data/dataset.js'
import type { HalfType } from '../engine/graph/mixed-precision.js'
import { tf } from '../engine/tf.js'
import type { Runnable } from '../model/runnable.js'
import type { Clip } from './clip.js'
import type { ExampleOptions } from './examples.js'
import type { FakeQuantization } from './fake-quantization.js'
import type { Objective } from './objective.js'
import type { FitState, Keeper } from './fit-state.js'
import { createOptimizer } from './optimizer.js'
import type { OptimizerChoice } from './optimizer.js'
import { createWatch } from './progress.js'
import { createTally } from './scores.js'
import { createStopper } from './stopping.js'
import type { EarlyStopping } from './stopping.js'
import { openTrainer } from './open-trainer.js'
import type { Execution, Trainer } from './trainer.js'
import { lossScaleSlot } from './graph/loss-scale.js'
import { validate } from './validate.js'

/** One epoch in the record. `loss` and scores of training are means over the epoch while the weights moved. */
export interface EpochRecord {
  /** Counts from 1. */
  readonly epoch: number
  /** At the epoch's first step. */
  readonly learningRate: number
  readonly train: Readonly<Record<string, number>>
  /** Absent where the dataset has no validation split. */
  readonly validation?: Readonly<Record<string, number>>
}

export interface FitOptions {
  readonly runnable: Runnable
  readonly objective: Objective
  readonly examples: ExampleOptions
  readonly train: Split
  readonly validation?: Split
  readonly epochs: number
  readonly batchSize: number
  /** Examples of a batch that run at once, also in validation. Absent: all. */
  readonly microBatch?: number
  readonly optimizer: OptimizerChoice
  /** By step, counted from 0. */
  readonly learningRate: (step: number) => number
  readonly scores: readonly string[]
  readonly earlyStopping?: EarlyStopping
  readonly clip?: Clip
  /** By weight name, one byte a weight: 1 kept, 0 removed (stays exactly 0). */
  readonly masks?: ReadonlyMap<string, Uint8Array>
  /** Set where the model's weights are quantized: training sees them rounded. */
  readonly fakeQuantization?: FakeQuantization
  /** Products of training compute in this format; absent: in float32. Only graphs can: else ProblemError (`mixed-precision-unavailable`). */
  readonly mixedPrecision?: HalfType
  readonly seed: number
  readonly cancelled: () => boolean
  readonly emit: (progress: Progress) => void
  /** Goes on from here, to the bits that it would have had without the break. */
  readonly resume?: FitState
  /** Absence: nothing is kept. */
  readonly keeper?: Keeper
}

export interface FitResult {
  readonly history: readonly EpochRecord[]
  readonly steps: number
  /** The epoch whose weights the network now has. */
  readonly epoch: number
  readonly stoppedEarly: boolean
  /** How its steps were computed. */
  readonly execution: Execution
}

const maskTensors = (options: FitOptions): Map<string, tf.Tensor> =>
  new Map(
    [...(options.masks ?? [])]
      .filter(([name]) => options.runnable.variables.has(name))
      .map(([name, mask]) => [
        name,
        tf.keep(tf.tensor(Float32Array.from(mask), options.runnable.variables.get(name)!.shape)),
      ]),
  )

const diverged = (epoch: number, batch: number, what: string, value: number): never =>
  fail(
    'training-diverged',
    `the ${what} became ${value} in epoch ${epoch}, batch ${batch}`,
    'Lower the learning rate, clip the gradients (clipNorm: 1), or look for values in the data that are far too large.',
  )

/** Lets other work of this thread (a cancelling message, a timer) have its turn. */
const turn = (): Promise<void> => new Promise(resume => setImmediate(resume))

/**
 * The one training loop. Moves the runnable's weights; with early stopping and `restoreBest` they end as they were after
 * the best epoch. Throws `Cancelled` between batches, once the keeper has the state there, and ProblemError
 * (`training-diverged`) where a loss is not finite.
 */
export const fit = async (options: FitOptions): Promise<FitResult> => {
  const { runnable, objective, train, validation, epochs, batchSize, seed, cancelled, resume, keeper } =
    options
  const masks = maskTensors(options)
  const trained = runnable.trainable
  const moved = new Map(trained.map(name => [name, runnable.variables.get(name)!]))
  for (const [name, variable] of objective.extra) moved.set(name, variable)
  const optimizer = createOptimizer(options.optimizer, moved, masks)
  const stopping = options.earlyStopping
  const stopper = stopping && createStopper(stopping)
  const history: EpochRecord[] = [...(resume?.history ?? [])]
  const outputs = options.examples.outputs
  const { microBatch = batchSize } = options
  let bestWeights = resume?.best?.weights
  let step = resume?.steps ?? 0
  let stoppedEarly = resume?.stopped ?? false
  let within = resume?.within
  let kept = step

  const state = async (trainer: Trainer): Promise<FitState> => ({
    epoch: history.length,
    epochs,
    steps: step,
    ...(within ? { within } : {}),
    stopped: stoppedEarly,
    weights: await trainer.weights(),
    extra: await trainer.extra(),
    slots: await trainer.slots(),
    history: [...history],
    ...(stopper?.best === undefined
      ? {}
      : {
          best: {
            epoch: stopper.bestEpoch,
            value: stopper.best,
            ...(bestWeights ? { weights: bestWeights } : {}),
          },
        }),
  })
  const keep = async (trainer: Trainer): Promise<void> => {
    kept = step
    await keeper?.keep(await state(trainer))
  }
  const keepWhereDue = async (trainer: Trainer): Promise<void> => {
    if (keeper?.isDue({ epoch: history.length, epochs, step })) await keep(trainer)
  }

  const trainEpoch = async (trainer: Trainer, epoch: number, watch: ReturnType<typeof createWatch>) => {
    const order = stream(seed, 'shuffle', epoch).shuffle(
      Uint32Array.from({ length: train.count }, (_, i) => i),
    )
    const tally = createTally(options.examples.task, options.scores, within?.totals)
    let number = within?.batches ?? 0
    for (const batch of train.batches(batchSize, order.subarray(number * batchSize))) {
      if (cancelled()) throw new Cancelled()
      number++
      const moment = { step, learningRate: options.learningRate(step) }
      const { loss, output } = await trainer.step(batch, moment, stream(seed, 'noise', epoch, number))
      if (!Number.isFinite(loss)) diverged(epoch, number, 'loss', loss)
      step++
      tally.add(batch.count, { loss: loss * batch.count })
      tally.score(batch, output, outputs)
      const { loss: mean, ...scores } = tally.means()
      watch.batch(epoch, batch.count, mean!, scores)
      within = { batches: number, totals: tally.totals() }
      await keepWhereDue(trainer)
      await turn()
    }
    return tally.means()
  }

  const lossScale = resume?.slots.get(lossScaleSlot)
  let trainer: Trainer | undefined
  try {
    if (resume) {
      runnable.assign(resume.weights)
      for (const [name, values] of resume.extra) {
        const variable = objective.extra.get(name)
        if (variable) tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)))
      }
      optimizer.restore(resume.slots, resume.steps)
      if (resume.best) stopper?.restore(resume.best.value, resume.best.epoch)
    }
    trainer = await openTrainer(
      {
        train,
        runnable,
        objective,
        optimizer,
        examples: options.examples,
        masks,
        clip: options.clip ?? {},
        trained,
        ...(options.fakeQuantization ? { fakeQuantization: options.fakeQuantization } : {}),
        ...(options.mixedPrecision ? { mixedPrecision: options.mixedPrecision } : {}),
        ...(lossScale ? { lossScale } : {}),
      },
      { batchSize, microBatch, ...(validation ? { validation } : {}) },
    )
    const seen = history.length * train.count + Math.min(train.count, (within?.batches ?? 0) * batchSize)
    const watch = createWatch(options.emit, epochs, train.count, seen)
    for (let epoch = history.length + 1; epoch <= epochs && !stoppedEarly; epoch++) {
      const learningRate = options.learningRate(step - (within?.batches ?? 0))
      const trainScores = await trainEpoch(trainer, epoch, watch)
      const validated =
        validation && (await validate({ ...options, batchSize: microBatch, trainer }, validation))
      if (validated && !Number.isFinite(validated['loss']))
        diverged(epoch, Math.ceil(train.count / batchSize), 'validation loss', validated['loss']!)
      const record: EpochRecord = {
        epoch,
        learningRate,
        train: trainScores,
        ...(validated ? { validation: validated } : {}),
      }
      history.push(record)
      within = undefined
      if (stopping && stopper) {
        const judged = stopper.judge(epoch, (validated ?? trainScores)[stopping.monitor]!)
        if (judged.best && stopping.restoreBest) bestWeights = await trainer.weights()
        stoppedEarly = judged.stop
      }
      await keepWhereDue(trainer)
    }
    await trainer.finish()
    const restored = stopper !== undefined && stopping?.restoreBest === true && bestWeights !== undefined
    if (restored) runnable.assign(bestWeights!)
    return {
      history,
      steps: step,
      epoch: restored ? stopper.bestEpoch : history.length,
      stoppedEarly,
      execution: trainer.execution,
    }
  } catch (error) {
    // Between two steps nothing is half done. What was kept after this very step needs no second copy.
    if (error instanceof Cancelled && trainer && step > kept) await keep(trainer)
    throw error
  } finally {
    trainer?.dispose()
    optimizer.dispose()
    for (const mask of masks.values()) mask.dispose()
  }
}
