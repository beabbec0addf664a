import type { Fault } from '../../core/problem.js'
import { ProblemError, fail, problem } from '../../core/problem.js'
import type { StepContext, StepFile, StepOutput } from '../../core/step-file.js'
import type { Dataset, Split } from '../../data/dataset.js'
import { openDataset } from '../../data/open.js'
import { openEngine } from '../../engine/open.js'
import type { tf } from '../../engine/tf.js'
import { balancedWeights, namedWeights } from '../../fit/class-weights.js'
import { fakeQuantization } from '../../fit/fake-quantization.js'
import type { Task } from '../../fit/examples.js'
import { fit } from '../../fit/fit.js'
import type { FitResult } from '../../fit/fit.js'
import { fromCheckpoint, toCheckpoint } from '../../fit/fit-state.js'
import { losses } from '../../fit/losses.js'
import type { Loss } from '../../fit/losses.js'
import { penalty } from '../../fit/objective.js'
import type { Objective } from '../../fit/objective.js'
import { initialModel } from '../../model/initial.js'
import type { Model } from '../../model/model.js'
import { isKernel } from '../../model/quantize-model.js'
import { buildRunnable } from '../../model/runnable.js'
import type { Runnable } from '../../model/runnable.js'
import { loadModel, storeModel } from '../../model/store-model.js'
import { layersAcrossBatch } from '../../network/across-batch.js'
import { resolveNetwork } from '../../network/architecture.js'
import { chooseLoss } from '../../network/losses.js'
import { resolveOptimizer } from '../../network/optimizers.js'
import { factsOfNetwork } from '../../network/propagate.js'
import { scheduleValue } from '../../network/schedules.js'
import { executionRecord, logExecution } from '../../fit/execution.js'
import { networkFaults, referenceFaults, settingFaults } from './checks.js'
import { type TrainingConfig, scoreNames } from './fields.js'
import { type Trained, wanted } from './predict.js'
import { keepContracts } from './run-contracts.js'

/** All that an objective may be made of. */
export interface Bench {
  readonly runnable: Runnable
  readonly dataset: Dataset
  readonly train: Split
  readonly validation?: Split
  /** What is to be learnt from the labels. */
  readonly hard: Loss
  readonly penalty?: () => tf.Scalar
  readonly stepsPerEpoch: number
}

/** Throws faults that only the real inputs could show; the same checks stand in `predict`. */
export const refuse = (faults: readonly Fault[]): void => {
  if (faults.length > 0)
    throw new ProblemError(
      ...faults.map(({ code, message, hint }) => problem(code, message, hint === undefined ? {} : { hint })),
    )
}

const openModel = async (step: StepFile<Trained>, context: StepContext, dataset: Dataset): Promise<Model> => {
  const { description } = dataset
  const reference = step.inputs['model']?.[0]
  const model = reference
    ? await loadModel(reference.artifact, digest => context.open(digest))
    : freshModel(step, dataset)
  const { outputShape } = factsOfNetwork(model.network)
  refuse([
    ...settingFaults(step.config, description),
    ...(reference ? referenceFaults({ ...model.network, outputShape }, description) : []),
    ...networkFaults(step.config, model.network, outputShape, description, reference !== undefined),
  ])
  const classNames = model.classNames ?? description.classNames
  return classNames ? { ...model, classNames } : model
}

const freshModel = (step: StepFile<Trained>, { description }: Dataset): Model => {
  const { network, faults } = resolveNetwork(step.config.model!, description.shape, wanted(description))
  refuse(faults)
  return initialModel(network!, step.seed, description.classNames)
}

const weightsOfClasses = (
  config: TrainingConfig,
  train: Split,
  { description }: Dataset,
): readonly number[] | undefined => {
  const { classWeights } = config
  if (classWeights === undefined || description.task === 'regression') return undefined
  const classes = description.classes ?? train.labels.reduce((most, label) => Math.max(most, label), 0) + 1
  return classWeights === 'balanced'
    ? balancedWeights(train.labels, classes)
    : namedWeights(classWeights, classes, description.classNames)
}

/** What is to be learnt from the labels. Its logits fit: `networkFaults` holds losses against the last activation. */
const lossOf = (config: TrainingConfig, outputShape: readonly number[], task: Task) => {
  const { type, ...settings } = chooseLoss(config.loss, task, outputShape)
  const loss = losses[type]
  if (loss === undefined) throw new Error(`no loss is named ${type}`)
  return { type, smoothing: 'labelSmoothing' in settings ? settings.labelSmoothing : 0, hard: loss(settings) }
}

/** The last step may be the one that diverges: no loss is asked for after it where there is no validation. */
const refuseDiverged = (weights: ReadonlyMap<string, Float32Array>, { epoch }: FitResult): void => {
  for (const [name, values] of weights) {
    const found = values.find(value => !Number.isFinite(value))
    if (found !== undefined)
      fail(
        'training-diverged',
        `weight "${name}" holds ${found} after epoch ${epoch}`,
        'Lower the learning rate, or clip the gradients (clipNorm: 1).',
      )
  }
}

/** The planner refuses what it can foresee; a network may also be known only now. */
const refuseParts = ({ network }: Model): void => {
  const [layer] = layersAcrossBatch(network)
  if (layer !== undefined)
    fail(
      'halve-batch-refused',
      `memory ran out, and batches cannot be halved: layer "${layer}" normalizes over the batch, and over half of it this would be another training`,
      'Set a batchSize that fits, or use layerNormalization.',
    )
}

const notesOfParts = (batchSize: number, microBatch = batchSize): readonly string[] =>
  microBatch < batchSize
    ? [
        `Memory ran out: batches of ${batchSize} ran in parts of ${microBatch}, whose gradients were summed. Sums in another order are rounded otherwise.`,
      ]
    : []

/**
 * What train, finetune and distill do alike: opens engine, data and model, fits the objective, and stores the model with
 * its contracts (masks, quantized formats) kept.
 */
export const runTraining = async <Config extends Trained>(
  step: StepFile<Config>,
  context: StepContext,
  makeObjective: (bench: Bench) => Promise<Objective>,
): Promise<{ readonly output: StepOutput; readonly fitted: FitResult }> => {
  const { config, microBatch } = step
  const { mixedPrecision } = config
  await openEngine(step.engine.name, { threads: () => context.threads() })
  const dataset = await openDataset(step.inputs['data']![0]!.artifact, digest => context.open(digest))
  const { task } = dataset.description
  const model = await openModel(step, context, dataset)
  const train = dataset.split('train')!
  const validation = dataset.split('validation')
  if (microBatch !== undefined) refuseParts(model)
  const runnable = buildRunnable(model)
  const quantized = fakeQuantization(runnable, model)
  try {
    const { outputShape } = factsOfNetwork(model.network)
    const { type, hard, smoothing } = lossOf(config, outputShape, task)
    const stepsPerEpoch = Math.ceil(train.count / config.batchSize)
    const kernels = runnable.trainable.filter(isKernel).map(name => runnable.variables.get(name)!)
    const weighed = penalty(kernels, config.l1, config.l2)
    const objective = await makeObjective({
      runnable,
      dataset,
      train,
      ...(validation ? { validation } : {}),
      hard,
      ...(weighed ? { penalty: weighed } : {}),
      stepsPerEpoch,
    })
    const { type: optimizer, learningRate, ...settings } = resolveOptimizer(config.optimizer)
    const classWeights = weightsOfClasses(config, train, dataset)
    const { checkpoint } = context
    const begun = await checkpoint.load()
    const fitted = await fit({
      runnable,
      objective,
      examples: {
        task,
        inputShape: model.network.inputShape,
        outputs: outputShape.reduce((product, side) => product * side, 1),
        smoothing,
        ...(classWeights ? { classWeights } : {}),
      },
      train,
      ...(validation ? { validation } : {}),
      epochs: config.epochs,
      batchSize: config.batchSize,
      ...(microBatch === undefined ? {} : { microBatch }),
      optimizer: { name: optimizer, settings },
      learningRate: at => scheduleValue(learningRate, at, stepsPerEpoch),
      scores: config.metrics ?? [scoreNames[task][0]],
      ...(config.earlyStopping ? { earlyStopping: config.earlyStopping } : {}),
      clip: {
        ...(config.clipNorm === undefined ? {} : { norm: config.clipNorm }),
        ...(config.clipValue === undefined ? {} : { value: config.clipValue }),
      },
      masks: model.marks.masks,
      ...(quantized ? { fakeQuantization: quantized } : {}),
      ...(mixedPrecision === undefined || mixedPrecision === 'none' ? {} : { mixedPrecision }),
      seed: step.seed,
      cancelled: () => context.cancelled(),
      emit: progress => context.emit(progress),
      ...(begun ? { resume: fromCheckpoint(begun) } : {}),
      ...(checkpoint.enabled
        ? {
            keeper: {
              isDue: moment => checkpoint.isDue(moment),
              keep: state => checkpoint.save(toCheckpoint(state)),
            },
          }
        : {}),
    })
    const execution = logExecution(context, 'this training', fitted.execution)
    const weights = await runnable.weights()
    refuseDiverged(weights, fitted)
    const { model: kept, notes: contracts } = keepContracts(model, weights)
    const notes = [...contracts, ...notesOfParts(config.batchSize, microBatch)]
    const output: StepOutput = {
      outputs: { model: await storeModel(kept, bytes => context.put(bytes)) },
      record: {
        loss: type,
        optimizer,
        steps: fitted.steps,
        epoch: fitted.epoch,
        stoppedEarly: fitted.stoppedEarly,
        ...(microBatch === undefined ? {} : { microBatch }),
        ...executionRecord(execution),
        ...(classWeights ? { classWeights } : {}),
        history: fitted.history,
      },
      ...(notes.length > 0 ? { notes } : {}),
    }
    return { output, fitted }
  } finally {
    quantized?.dispose()
    runnable.dispose()
  }
}
