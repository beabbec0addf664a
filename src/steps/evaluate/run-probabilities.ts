import type { Network } from '../../network/network.js'

/** How a network's outputs are turned into probabilities of classes. */
export type Reading = 'probabilities' | 'sigmoid-output' | 'logits'

/** Read off the last layer: a softmax gives probabilities, one sigmoid that of class 1, anything else is taken as logits. */
export const readingOf = (network: Network): Reading => {
  const last = network.layers.find(layer => layer.name === network.output)
  const activation = last?.type === 'softmax' ? 'softmax' : last?.config['activation']
  if (activation === 'softmax') return 'probabilities'
  return activation === 'sigmoid' ? 'sigmoid-output' : 'logits'
}

/** Probabilities of `classes` classes for `count` examples, in float64, row by row. */
export const probabilities = (
  output: Float32Array,
  count: number,
  classes: number,
  reading: Reading,
): Float64Array => {
  const width = output.length / count
  const rows = new Float64Array(count * classes)
  for (let i = 0; i < count; i++) {
    if (width === 1) {
      const value = output[i]!
      const one = reading === 'logits' ? 1 / (1 + Math.exp(-value)) : value
      rows[i * classes] = 1 - one
      rows[i * classes + 1] = one
      continue
    }
    const row = output.subarray(i * classes, (i + 1) * classes)
    if (reading !== 'logits') rows.set(row, i * classes)
    else {
      const most = Math.max(...row)
      const sum = row.reduce((total, value) => total + Math.exp(value - most), 0)
      for (let k = 0; k < classes; k++) rows[i * classes + k] = Math.exp(row[k]! - most) / sum
    }
  }
  return rows
}

/** Place of a class among the outputs, from 0; of equal ones the first comes first, and what is no number is never right. */
export const rankOf = (row: Float64Array, label: number): number => {
  const own = row[label]!
  let before = 0
  for (let k = 0; k < row.length; k++) {
    const other = row[k]!
    if (k !== label && (!(other <= own) || (other === own && k < label))) before++
  }
  return before
}
