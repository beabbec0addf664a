import { Cancelled } from '../../core/step-file.js'
import type { RunStep, StepContext, StepFile, StepInput } from '../../core/step-file.js'
import { stream } from '../../core/random.js'
import { openDataset } from '../../data/open.js'
import { openEngine } from '../../engine/open.js'
import { inputArray } from '../../fit/examples.js'
import type { Plain } from '../../fit/examples.js'
import type { Model } from '../../model/model.js'
import { loadModel } from '../../model/store-model.js'
import type { ModelDescription } from '../../network/description.js'
import { executionRecord, logExecution } from '../../fit/execution.js'
import type { BenchmarkConfig } from './spec.js'
import { openPasses } from './run-passes.js'
import { interleave, latencyOf } from './run-timing.js'

type Step = StepFile<BenchmarkConfig>

/** A batch to run: the dataset's own examples (test, else validation, else train), or uniform random numbers. */
const inputOf = async (step: Step, context: StepContext, shape: readonly number[]): Promise<Plain> => {
  const { batchSize } = step.config
  const data = step.inputs['data']?.[0]
  if (data) {
    const dataset = await openDataset(data.artifact, digest => context.open(digest))
    const split = (['test', 'validation', 'train'] as const)
      .map(name => dataset.split(name))
      .find(each => (each?.count ?? 0) > 0)
    if (split) {
      // A small split is gone round, so that the batch is as large as asked for.
      const order = Uint32Array.from({ length: batchSize }, (_, i) => i % split.count)
      for (const batch of split.batches(batchSize, order)) return inputArray(batch, shape)
    }
  }
  const random = stream(step.seed, 'input')
  const size = shape.reduce((product, side) => product * side, batchSize)
  const values = Float32Array.from({ length: size }, () => random.uniform())
  return { values, shape: [batchSize, ...shape] }
}

const isSimulated = ({ artifact }: StepInput): boolean => {
  const { quantized } = artifact.meta['description'] as ModelDescription
  return quantized.activations !== undefined || quantized.weights !== undefined
}

/** Times every model's forward pass against the reference's, round by round. */
export const run: RunStep<BenchmarkConfig> = async (step, context) => {
  const { batchSize, rounds, warmUp, confidence } = step.config
  // What it asked for and no more: a time that depends on what else runs is no measurement.
  await openEngine(step.engine.name, { threads: () => step.threads })
  const listed = step.inputs['models']!
  const reference = step.inputs['reference']![0]!
  const inputs = listed.some(each => each.from === reference.from) ? listed : [reference, ...listed]
  const load = ({ artifact }: StepInput): Promise<Model> =>
    loadModel(artifact, digest => context.open(digest))
  const x = await inputOf(step, context, (await load(reference)).network.inputShape)
  const passes = await openPasses(
    inputs.map(input => () => load(input)),
    x,
  )
  try {
    const execution = logExecution(context, 'this benchmark', passes.execution)
    const times = await interleave(
      passes.each.map(pass => async () => {
        const start = performance.now()
        await pass()
        return performance.now() - start
      }),
      {
        rounds,
        warmUp,
        random: stream(step.seed, 'order'),
        before: done => {
          if (context.cancelled()) throw new Cancelled()
          context.emit({ phase: 'timing', done })
        },
      },
    )
    const base = times[inputs.findIndex(each => each.from === reference.from)]!
    const simulated = inputs.filter(isSimulated).map(each => each.from)
    return {
      outputs: {},
      measurements: {
        reference: reference.from,
        batchSize,
        ...executionRecord(execution),
        models: Object.fromEntries(
          inputs.map((each, i) => [
            each.from,
            latencyOf(times[i]!, base, { confidence, batchSize, simulated: isSimulated(each) }),
          ]),
        ),
      },
      notes:
        simulated.length > 0
          ? [
              `The time of ${simulated.join(', ')} is of quantization simulated in float32, not of integer kernels.`,
            ]
          : [],
    }
  } finally {
    passes.dispose()
  }
}
