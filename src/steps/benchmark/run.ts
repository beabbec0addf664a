import { Cancelled } from '../../core/step-file.js'
import type { RunStep, StepContext, StepFile, StepInput } from '../../core/step-file.js'
import { stream } from '../../core/random.js'
import { openDataset } from '../../data/open.js'
import { openEngine } from '../../engine/open.js'
import { tf } from '../../engine/tf.js'
import { inputTensor } from '../../fit/examples.js'
import { type Runnable, buildRunnable } from '../../model/runnable.js'
import { loadModel } from '../../model/store-model.js'
import type { BenchmarkConfig } from './spec.js'
import { interleave, latencyOf } from './run-timing.js'

type Step = StepFile<BenchmarkConfig>

/** A batch to run: the dataset's own examples (test, else validation, else train), or uniform random numbers. */
const inputOf = async (step: Step, context: StepContext, shape: readonly number[]): Promise<tf.Tensor> => {
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
      for (const batch of split.batches(batchSize, order)) return inputTensor(batch, shape)
    }
  }
  const random = stream(step.seed, 'input')
  const size = shape.reduce((product, side) => product * side, batchSize)
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.uniform()),
    [batchSize, ...shape],
  )
}

interface Entrant {
  readonly name: string
  readonly runnable: Runnable
  readonly simulated: boolean
}

const enter = async (input: StepInput, context: StepContext): Promise<Entrant> => {
  const model = await loadModel(input.artifact, digest => context.open(digest))
  return {
    name: input.from,
    runnable: buildRunnable(model),
    simulated: model.marks.activations.size > 0 || model.weights.some(weight => weight.quantization),
  }
}

/** Times every model's forward pass against the reference's, round by round. */
export const run: RunStep<BenchmarkConfig> = async (step, context) => {
  const { batchSize, rounds, warmUp, confidence } = step.config
  // What it asked for and no more: a time that depends on what else runs is no measurement.
  await openEngine(step.engine.name, { threads: () => step.threads })
  const listed = step.inputs['models']!
  const reference = step.inputs['reference']![0]!
  const inputs = listed.some(each => each.from === reference.from) ? listed : [reference, ...listed]
  const entrants: Entrant[] = []
  const x = await inputOf(
    step,
    context,
    (await loadModel(reference.artifact, digest => context.open(digest))).network.inputShape,
  )
  try {
    for (const input of inputs) entrants.push(await enter(input, context))
    const times = await interleave(
      entrants.map(({ runnable }) => async () => {
        const start = performance.now()
        const output = tf.tidy(() => runnable.forward(x).output)
        await output.data()
        const taken = performance.now() - start
        output.dispose()
        return taken
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
    const base = times[entrants.findIndex(each => each.name === reference.from)]!
    const simulated = entrants.filter(each => each.simulated).map(each => each.name)
    return {
      outputs: {},
      measurements: {
        reference: reference.from,
        batchSize,
        models: Object.fromEntries(
          entrants.map((each, i) => [
            each.name,
            latencyOf(times[i]!, base, { confidence, batchSize, simulated: each.simulated }),
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
    x.dispose()
    for (const { runnable } of entrants) runnable.dispose()
  }
}
