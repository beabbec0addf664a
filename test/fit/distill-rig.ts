import { stream } from '../../src/core/random.js'
import type { Batch, Split } from '../../src/data/dataset.js'
import { initialModel } from '../../src/model/initial.js'
import { buildRunnable } from '../../src/model/runnable.js'
import type { Runnable } from '../../src/model/runnable.js'
import { networkOf } from '../model/networks.js'

export const inputs = 4
export const classes = 3
export const count = 5
const random = stream(9, 'batch')
export const x = Float32Array.from({ length: count * inputs }, () => random.normal())
export const labels = Int32Array.of(0, 2, 1, 1, 0)
export const batch: Batch = {
  count,
  x,
  labels,
  targets: new Float32Array(0),
  indices: Uint32Array.of(0, 1, 2, 3, 4),
}
export const split: Split = { name: 'train', count, labels, batches: () => [batch] }

export const net = (
  hidden: number,
  seed: number,
  end: 'softmax' | 'sigmoid' | 'linear' = 'softmax',
): Runnable =>
  buildRunnable(
    initialModel(
      networkOf(
        [
          { dense: { name: 'hidden', units: hidden, activation: 'tanh' } },
          { dense: { name: 'out', units: classes, activation: end } },
        ],
        [inputs],
      ),
      seed,
    ),
  )
