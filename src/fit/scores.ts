import type { Batch } from '../data/dataset.js'
import type { Task } from './examples.js'

type Score = (batch: Batch, output: Float32Array, outputs: number) => number

/** Examples whose class is among the `k` largest outputs; of equal outputs the first comes first. */
const within =
  (k: number): Score =>
  (batch, output, outputs) => {
    let right = 0
    for (let i = 0; i < batch.count; i++) {
      const label = batch.labels[i]!
      if (outputs === 1) {
        if ((output[i]! > 0.5 ? 1 : 0) === label) right++
        continue
      }
      const own = output[i * outputs + label]!
      let before = 0
      for (let j = 0; j < outputs; j++) {
        const other = output[i * outputs + j]!
        // `!(other <= own)` and not `other > own`, so that a NaN is never right.
        if (j !== label && (!(other <= own) || (other === own && j < label))) before++
      }
      if (before < k) right++
    }
    return right
  }

const errors =
  (of: (error: number) => number): Score =>
  (batch, output, outputs) => {
    let sum = 0
    for (let i = 0; i < batch.count * outputs; i++) sum += of(output[i]! - batch.targets[i]!)
    return sum / outputs
  }

/** What training can measure beside its loss, by task: sums over a batch; divided by the examples they are the means. */
export const scores: Readonly<Record<Task, Readonly<Record<string, Score>>>> = {
  classification: { accuracy: within(1), top5: within(5) },
  regression: {
    meanSquaredError: errors(error => error * error),
    meanAbsoluteError: errors(Math.abs),
  },
}

/** What a tally has gathered, by name. */
export type Totals = Readonly<Record<string, { readonly sum: number; readonly count: number }>>

/** Means over examples, gathered batch by batch in float64. */
export interface Tally {
  add(count: number, sums: Readonly<Record<string, number>>): void
  /** Adds the scores of a batch; `output` is `count × outputs`. */
  score(batch: Batch, output: Float32Array, outputs: number): void
  means(): Record<string, number>
  totals(): Totals
}

/** `begun`: what it goes on from. */
export const createTally = (task: Task, names: readonly string[], begun: Totals = {}): Tally => {
  const copyOf = (from: Totals): Record<string, { sum: number; count: number }> =>
    Object.fromEntries(Object.entries(from).map(([name, total]) => [name, { ...total }]))
  const totals = copyOf(begun)
  const add: Tally['add'] = (count, sums) => {
    for (const [name, sum] of Object.entries(sums)) {
      const total = (totals[name] ??= { sum: 0, count: 0 })
      total.sum += sum
      total.count += count
    }
  }
  return {
    add,
    score: (batch, output, outputs) => {
      for (const name of names) {
        const score = scores[task][name]
        if (score === undefined) throw new Error(`no score of ${task} is named ${name}`)
        add(batch.count, { [name]: score(batch, output, outputs) })
      }
    },
    totals: () => copyOf(totals),
    means: () =>
      Object.fromEntries(Object.entries(totals).map(([name, { sum, count }]) => [name, sum / count])),
  }
}
