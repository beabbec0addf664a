import { Cancelled } from '../core/step-file.js'
import type { Progress } from '../core/event.js'
import type { Batch, Split } from '../data/dataset.js'
import type { tf } from '../engine/tf.js'
import type { Runnable } from '../model/runnable.js'
import type { Arrays, Plain } from './examples.js'
import { openForward } from './forward.js'
import { inputName } from '../network/network.js'
import { propagate } from '../network/propagate.js'
import { speak } from './gradient-step.js'
import { sizesOf } from './graphs-on.js'
import type { Given } from './objective.js'
import type { Execution } from './trainer.js'

/** Several teachers' words on a batch: `logits` (or, where a network has none, its output) of each, and tapped layers of the first. */
export interface Teachers {
  readonly count: number
  /** Asks every teacher about a whole split, once, and remembers; says how. Undefined where it would be too much: nothing is remembered then. */
  remember(split: Split, options: RememberOptions): Promise<Execution | undefined>
  /** What is remembered of a batch, by `teacher:0` … and `tap:LAYER`; undefined where nothing is of its split. */
  recall(split: Split, batch: Batch): Arrays | undefined
  /** Asks every teacher now, on `x`; by the same names. Sync, inside a tidy. */
  ask(x: tf.Tensor): Given
}

export interface RememberOptions {
  readonly batchSize: number
  readonly cancelled: () => boolean
  readonly emit: (progress: Progress) => void
}

/** One remembered number of a split: `count × size`, in the split's order. */
interface Memory {
  readonly values: Float32Array
  readonly shape: readonly number[]
}

const wordsOf = (runnables: readonly Runnable[], taps: readonly string[], x: tf.Tensor): Given => {
  const words: Record<string, tf.Tensor> = {}
  runnables.forEach((runnable, at) => {
    const said = speak(runnable, x, at === 0 ? taps : [])
    words[`teacher:${at}`] = said.logits ?? said.output
    if (at === 0) for (const tap of taps) words[`tap:${tap}`] = said.taps[tap]!
  })
  return words
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1)

/** The shapes of `wordsOf` an example. */
const shapesOf = (
  runnables: readonly Runnable[],
  taps: readonly string[],
): ReadonlyMap<string, readonly number[]> => {
  const shapes = new Map<string, readonly number[]>()
  runnables.forEach(({ network }, at) => {
    const { nodes, outputShape } = propagate(network)
    shapes.set(`teacher:${at}`, [sizeOf(outputShape!)])
    if (at > 0) return
    for (const tap of taps)
      shapes.set(`tap:${tap}`, tap === inputName ? network.inputShape : nodes.get(tap)!.outputShape)
  })
  return shapes
}

/** Bytes that remembered words may take. Beyond it teachers are asked again for every batch. */
export const memoryBudget = 256 * 2 ** 20

/**
 * Teachers whose words do not change during training, so each example is put to them once (over many epochs that saves
 * most of their time). `taps`: layers of the first teacher.
 */
export const createTeachers = (
  runnables: readonly Runnable[],
  taps: readonly string[],
  budget = memoryBudget,
): Teachers => {
  const memories = new Map<Split, ReadonlyMap<string, Memory>>()
  const shapes = shapesOf(runnables, taps)
  let left = budget

  const remember: Teachers['remember'] = async (split, { batchSize, cancelled, emit }) => {
    const bytes = 4 * split.count * [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0)
    if (bytes > left) return undefined
    left -= bytes
    const memory = new Map<string, Memory>()
    for (const [name, shape] of shapes)
      memory.set(name, { values: new Float32Array(split.count * sizeOf(shape)), shape })
    const forward = await openForward(x => wordsOf(runnables, taps, x), {
      inputShape: runnables[0]!.network.inputShape,
      sizes: sizesOf(split.count, batchSize),
      batches: Math.ceil(split.count / batchSize),
    })
    try {
      let done = 0
      for (const batch of split.batches(batchSize)) {
        if (cancelled()) throw new Cancelled()
        const words = await forward.run(batch)
        for (const [name, { values, shape }] of memory) values.set(words[name]!.values, done * sizeOf(shape))
        done += batch.count
        emit({ phase: `teachers on ${split.name}`, done: done / split.count })
      }
    } finally {
      forward.dispose()
    }
    memories.set(split, memory)
    return forward.execution
  }

  const rowsOf = (memory: Memory, { indices, count }: Batch): Plain => {
    const size = sizeOf(memory.shape)
    const rows = new Float32Array(count * size)
    for (let i = 0; i < count; i++) {
      const at = indices[i]! * size
      rows.set(memory.values.subarray(at, at + size), i * size)
    }
    return { values: rows, shape: [count, ...memory.shape] }
  }

  return {
    count: runnables.length,
    remember,
    recall: (split, batch) => {
      const memory = memories.get(split)
      return memory && Object.fromEntries([...memory].map(([name, each]) => [name, rowsOf(each, batch)]))
    },
    ask: x => wordsOf(runnables, taps, x),
  }
}
