import { Cancelled } from '../core/step-file.js'
import type { Progress } from '../core/event.js'
import type { Batch, Split } from '../data/dataset.js'
import { tf } from '../engine/tf.js'
import type { Runnable } from '../model/runnable.js'
import { inputTensor } from './examples.js'
import type { Arrays, Plain } from './examples.js'
import { speak } from './gradient-step.js'
import type { Given } from './objective.js'

/** Several teachers' words on a batch: `logits` (or, where a network has none, its output) of each, and tapped layers of the first. */
export interface Teachers {
  readonly count: number
  /** Asks every teacher about a whole split, once, and remembers. Nothing is remembered where it would be too much. */
  remember(split: Split, options: RememberOptions): Promise<void>
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
  let left = budget

  const remember: Teachers['remember'] = async (split, { batchSize, cancelled, emit }) => {
    const memory = new Map<string, { values: Float32Array; shape: readonly number[] }>()
    let done = 0
    for (const batch of split.batches(batchSize)) {
      if (cancelled()) throw new Cancelled()
      const words = tf.tidy(() => ({
        ...wordsOf(runnables, taps, inputTensor(batch, runnables[0]!.network.inputShape)),
      }))
      try {
        if (memory.size === 0) {
          const each = Object.values(words).reduce((sum, word) => sum + word.size / batch.count, 0)
          if (each * split.count * 4 > left) return
          left -= each * split.count * 4
          for (const [name, word] of Object.entries(words)) {
            const shape = word.shape.slice(1)
            memory.set(name, { values: new Float32Array((word.size / batch.count) * split.count), shape })
          }
        }
        for (const [name, word] of Object.entries(words)) {
          const { values } = memory.get(name)!
          values.set((await word.data()) as Float32Array, (done * word.size) / batch.count)
        }
      } finally {
        tf.dispose(words)
      }
      done += batch.count
      emit({ phase: `teachers on ${split.name}`, done: done / split.count })
    }
    memories.set(split, memory)
  }

  const rowsOf = (memory: Memory, { indices, count }: Batch): Plain => {
    const size = memory.shape.reduce((product, side) => product * side, 1)
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
