import { nativeBackend } from '../../src/engine/graph/binding.js'
import { tf } from '../../src/engine/tf.js'
import { fit } from '../../src/fit/fit.js'
import { networkOf } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { openedNative, trainingOf } from './graph-rig.js'

const test = suite('memory of graphs')

const network = networkOf(
  [
    { conv2d: { filters: 16, kernelSize: 3, activation: 'relu' } },
    'batchNormalization',
    'maxPooling2d',
    'flatten',
    { dropout: { rate: 0.5 } },
    { dense: { units: 64, activation: 'relu' } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
  [12, 12, 1],
)

interface Binding {
  getNumOfTensors(): number
  getNumOfSavedModels(): number
}

test('2,000 steps leave no tensor and no session behind, and take no memory', async () => {
  if (!(await openedNative())) return
  const binding = nativeBackend()!.binding as unknown as Binding
  const start = { tensors: tf.memory().numTensors, inside: binding.getNumOfTensors() }
  const sizes: number[] = []
  const options = trainingOf(
    network,
    {
      epochs: 40,
      batchSize: 32,
      // Asked once a step, and once an epoch.
      learningRate: step => {
        if (step % 200 === 0) sizes.push(process.memoryUsage.rss())
        return 0.001
      },
    },
    // 50 batches, the last of 7.
    { classes: 3, count: 49 * 32 + 7 },
  )
  const { steps, execution } = await fit(options)
  options.runnable.dispose()
  assert.equal(execution, { mode: 'graph' })
  assert.is(steps, 2000)
  assert.is(tf.memory().numTensors, start.tensors)
  assert.is(binding.getNumOfTensors(), start.inside)
  assert.is(binding.getNumOfSavedModels(), 0)
  // A batch of this has 18 KB, the weights and what Adam remembers 320 KB: a leak of either would be 37 or 640 MB.
  const grown = sizes.at(-1)! - sizes[2]!
  if (process.env['TRIMTAB_SAY']) console.log(sizes.map(size => (size / 2 ** 20).toFixed(0)).join(' '))
  assert.ok(grown < 32 * 2 ** 20, `${(grown / 2 ** 20).toFixed(1)} MB more after 1,600 steps`)
})
