import { stream } from '../../core/random.js'
import type { Batch, Split } from '../../data/dataset.js'
import type { Numbers } from '../../engine/graph/binding.js'
import { nativeBackend } from '../../engine/graph/binding.js'
import { frozen } from '../../engine/graph/compare.js'
import type { Signature } from '../../engine/graph/emit.js'
import { Program } from '../../engine/graph/program.js'
import { openSession } from '../../engine/graph/session.js'
import { tf } from '../../engine/tf.js'
import { arraysOf } from '../examples.js'
import type { Arrays } from '../examples.js'
import { sizesOf } from '../graphs-on.js'
import type { Course } from '../open-trainer.js'
import type { Trainer, TrainerOptions } from '../trainer.js'
import { plainly } from '../trainer.js'
import { createLossScaling, lossScaleSlot } from './loss-scale.js'
import { NotRecordable } from './not-recordable.js'
import { partedSteps } from './part-graphs.js'
import { recordLook, recordRounding } from './record-step.js'
import type { Sample } from './record-step.js'
import { known, wholeSteps } from './step-graphs.js'
import type { StepGraphs, Workshop } from './step-graphs.js'

/** Two batches of one size, of other examples or at least in another order. */
const pairOf = (split: Split, size: number): readonly [() => Batch, () => Batch] => {
  const order = Uint32Array.from({ length: split.count }, (_, at) => at)
  const first = (rows: Uint32Array) => (): Batch => [...split.batches(size, rows)][0]!
  return [first(order.subarray(0, size)), first(order.toReversed().subarray(0, size))]
}

const put = (feeds: Map<string, Numbers>, prefix: string, arrays: Arrays): void => {
  for (const [name, { values }] of Object.entries(arrays)) feeds.set(`${prefix}:${name}`, values)
}

/**
 * Runs each training step, and each look at validation, as one TensorFlow graph on the native engine. The weights and
 * what the optimizer remembers lie in the session meanwhile. Throws `NotRecordable`, with everything as it was before.
 */
export const graphTrainer = async (options: TrainerOptions, course: Course): Promise<Trainer> => {
  const { runnable, objective, optimizer, examples, fakeQuantization, mixedPrecision } = options
  const backend = nativeBackend()
  if (backend === undefined) throw new NotRecordable('only the native engine runs graphs')
  const { binding } = backend
  const program = new Program(binding)
  const { batchSize, microBatch = batchSize, validation } = course
  const looks = new Map<number, Signature>()
  let rounding: Signature | undefined
  const made = optimizer.steps
  const scaling = mixedPrecision === 'float16' ? createLossScaling(options.lossScale) : undefined

  const held = new Map<string, Float32Array>()
  for (const [name, values] of await runnable.weights()) held.set(`weight:${name}`, values)
  for (const [name, variable] of objective.extra)
    held.set(`extra:${name}`, Float32Array.from((await variable.data()) as Float32Array))
  for (const [name, tensor] of optimizer.slots())
    held.set(`slot:${name}`, Float32Array.from((await tensor.data()) as Float32Array))
  const part = (values: ReadonlyMap<string, Numbers>, prefix: string): Map<string, Float32Array> =>
    new Map(
      [...values]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, array]) => [key.slice(prefix.length), array as Float32Array]),
    )
  const putBack = (values: ReadonlyMap<string, Numbers>): void => {
    runnable.assign(part(values, 'weight:'))
    for (const [name, array] of part(values, 'extra:')) {
      const variable = objective.extra.get(name)!
      tf.tidy(() => variable.assign(tf.tensor(array, variable.shape)))
    }
  }

  const sample = (split: Split, batch: Batch, at: number, plain: boolean): Sample => ({
    batch: arraysOf(batch, plain ? plainly(examples) : examples),
    given: objective.arrays(split, batch, made + at),
    // Not the training's own: what is recorded holds for any.
    learningRate: 0.001 * (at + 1),
    random: stream(0, 'recorded', at),
    ...(scaling && !plain ? { lossScale: 2 ** (at + 1) } : {}),
  })
  const restore = (): void => {
    putBack(held)
    optimizer.restore(part(held, 'slot:'), made)
  }
  /** One recording, held against a second one right behind it. */
  const checked: Workshop['checked'] = (split, size, take) => {
    const [first, second] = pairOf(split, size)
    const taken = take(0, first())
    if (taken.recording.impure !== undefined) throw new NotRecordable(taken.recording.impure)
    const why = frozen(taken, take(1, second(), taken.recording))
    if (why !== undefined) throw new NotRecordable(why)
    return taken
  }
  const feedsOf = (split: Split, batch: Batch, plain: boolean): Map<string, Numbers> => {
    const feeds = new Map<string, Numbers>()
    put(feeds, 'batch', arraysOf(batch, plain ? plainly(examples) : examples))
    put(feeds, 'given', objective.arrays(split, batch, optimizer.steps))
    return feeds
  }
  const workshop: Workshop = {
    options,
    program,
    ...(scaling ? { scaling } : {}),
    sample,
    checked,
    restore,
    feedsOf,
  }
  const recordAll = (): StepGraphs => {
    for (const size of validation === undefined ? [] : sizesOf(validation.count, microBatch)) {
      const { recording, wanted } = checked(validation!, size, (at, batch, like) =>
        recordLook(options, sample(validation!, batch, at, true), like),
      )
      looks.set(size, program.add(`look${size}`, recording, wanted))
    }
    if (fakeQuantization && (validation || microBatch < batchSize)) {
      const { recording, wanted } = recordRounding(options)
      rounding = program.add('round', recording, wanted)
    }
    return microBatch < batchSize
      ? partedSteps(workshop, batchSize, microBatch)
      : wholeSteps(workshop, batchSize)
  }
  let steps: StepGraphs
  try {
    steps = recordAll()
  } finally {
    restore()
  }
  const unrounded = [...held].map(([key, values]) => [key.replace(/^weight:/, 'rounded:'), values] as const)
  const session = openSession(binding, program, new Map([...unrounded, ...steps.first, ...held]))
  // What it remembers lies in the session now.
  optimizer.dispose()
  let isRounded = false
  const roundOnce = (): void => {
    if (rounding && !isRounded) session.run(rounding, new Map())
    isRounded = true
  }

  const readAll = (prefix: string): Map<string, Float32Array> => {
    const keys = [...held.keys()].filter(key => key.startsWith(prefix))
    const inside = keys.filter(key => program.variables.has(key))
    // What no step looks at is as it was.
    const values = new Map<string, Numbers>([...held].filter(([key]) => keys.includes(key)))
    for (const [key, array] of session.read(inside)) values.set(key, array)
    return part(values, prefix)
  }
  return {
    get execution() {
      if (mixedPrecision === undefined) return { mode: 'graph' } as const
      const scaled = scaling ? { lossScale: scaling.scale, skippedSteps: scaling.skipped } : {}
      return { mode: 'graph', mixedPrecision: { compute: mixedPrecision, ...scaled } } as const
    },
    step: (batch, { learningRate }, random) => {
      if (steps.readsRounded) roundOnce()
      const stepped = steps.step(session, batch, learningRate, random)
      isRounded = false
      return Promise.resolve(stepped)
    },
    look: (split, batch) => {
      roundOnce()
      const results = session.run(known(looks, batch.count), feedsOf(split, batch, true))
      const measured = Object.fromEntries(
        [...part(results, 'measured:')].map(([name, [sum]]) => [name, sum!]),
      )
      return Promise.resolve({
        loss: results.get('loss')![0]!,
        output: results.get('output') as Float32Array,
        measured,
      })
    },
    weights: () => Promise.resolve(readAll('weight:')),
    extra: () => Promise.resolve(readAll('extra:')),
    slots: () => {
      const slots = readAll('slot:')
      if (scaling) slots.set(lossScaleSlot, scaling.state())
      return Promise.resolve(slots)
    },
    finish: () => {
      putBack(new Map([...readAll('weight:')].map(([name, array]) => [`weight:${name}`, array])))
      putBack(new Map([...readAll('extra:')].map(([name, array]) => [`extra:${name}`, array])))
      return Promise.resolve()
    },
    dispose: () => session.dispose(),
  }
}
