import { createHash } from 'node:crypto'
import { toFloat } from '../../src/model/quantization.js'
import type { Model } from '../../src/model/model.js'
import { distill } from '../../src/steps/distill/spec.js'
import { finetune } from '../../src/steps/finetune/spec.js'
import { train } from '../../src/steps/train/spec.js'
import { assert, suite } from '../suite.js'
import { patterns, runKind } from './training-rig.js'

const test = suite('golden weights of train, finetune and distill')

/** On the pure JavaScript engine, so that new kernels of another engine change nothing here. */
const engine = 'cpu'
const digestOf = ({ weights }: Model): string => {
  const hash = createHash('sha256')
  for (const weight of weights) hash.update(new Uint8Array(toFloat(weight).buffer))
  return hash.digest('hex').slice(0, 16)
}
const data = await patterns({ train: 40, validation: 12 })
const layers = [
  'flatten',
  { dense: { units: 5, activation: 'relu' } },
  { dropout: { rate: 0.2 } },
  { dense: { units: 3, activation: 'softmax' } },
]

/** Weights that change with unchanged inputs need a new revision of the kind: raise it, then take the new digest over. */
test('a kind whose weights change gets a new revision', async () => {
  const base = await runKind(
    'train',
    { model: { layers }, epochs: 3, batchSize: 16 },
    { data: [data] },
    { engine },
  )
  const tuned = await runKind(
    'finetune',
    { batchSize: 16, clipNorm: 1, l2: 1e-3, optimizer: { sgd: { learningRate: 0.01, momentum: 0.9 } } },
    { data: [data], model: [base.artifact] },
    { engine },
  )
  const student = await runKind(
    'distill',
    {
      model: { layers },
      epochs: 3,
      batchSize: 16,
      weightPenalty: 1e-3,
      hints: [{ teacher: 'dense_1', student: 'dense_1' }],
    },
    { data: [data], teachers: [base.artifact] },
    { engine },
  )
  assert.equal(
    { train: train.revision, finetune: finetune.revision, distill: distill.revision },
    { train: 2, finetune: 2, distill: 2 },
  )
  assert.equal(
    { train: digestOf(base.model), finetune: digestOf(tuned.model), distill: digestOf(student.model) },
    { train: '4bf18d8bbe7569ba', finetune: '8ed54b869f176c16', distill: '6e5dd256c71a4b81' },
  )
})
