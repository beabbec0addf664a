import { exp } from '../../core/portable/exponential.js'
import { headOf } from '../../model/logits.js'
import type { Network } from '../../network/network.js'

/** What a network's outputs are: probabilities over classes, a probability each, or anything else (taken as logits). */
export type Ending = 'softmax' | 'sigmoid' | 'other'

export const endingOf = (network: Network): Ending => {
  if (!headOf(network)) return 'other'
  const node = network.layers.find(({ name }) => name === network.output)!
  return node.type === 'softmax' || node.config['activation'] === 'softmax' ? 'softmax' : 'sigmoid'
}

/** Rows of numbers, one an example. */
export interface Answers {
  /** `count × width`, float64. */
  readonly rows: Float64Array
  readonly width: number
}

const softmaxed = (output: Float32Array, width: number): Float64Array => {
  const rows = Float64Array.from(output)
  for (let at = 0; at < rows.length; at += width) {
    const row = rows.subarray(at, at + width)
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity)
    let sum = 0
    for (let i = 0; i < width; i++) sum += row[i] = exp(row[i]! - most)
    for (let i = 0; i < width; i++) row[i]! /= sum
  }
  return rows
}

/**
 * Outputs (`count × outputs`) as class probabilities: as they are after softmax or sigmoid, a single sigmoid as
 * {1 − p, p}, softmax of anything else (a single number as the logit of class 1).
 */
export const probabilities = (output: Float32Array, outputs: number, ending: Ending): Answers => {
  if (outputs > 1)
    return {
      rows: ending === 'other' ? softmaxed(output, outputs) : Float64Array.from(output),
      width: outputs,
    }
  const rows = new Float64Array(2 * output.length)
  for (let i = 0; i < output.length; i++) {
    const p = ending === 'other' ? 1 / (1 + exp(-output[i]!)) : output[i]!
    rows[2 * i] = 1 - p
    rows[2 * i + 1] = p
  }
  return { rows, width: 2 }
}

/** The class of one row: its largest probability, of equals the first; −1 where one is not a number. */
export const answerOf = (row: Float64Array): number => {
  let best = 0
  for (let i = 0; i < row.length; i++) {
    if (!Number.isFinite(row[i]!)) return -1
    if (row[i]! > row[best]!) best = i
  }
  return best
}
