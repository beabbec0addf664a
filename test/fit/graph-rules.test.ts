import { tf } from '../../src/engine/tf.js'
import type { FitOptions } from '../../src/fit/fit.js'
import { losses } from '../../src/fit/losses.js'
import { supervised } from '../../src/fit/objective.js'
import { rules } from '../../src/fit/optimizer.js'
import { networkOf } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { bothWays, openedNative, trainingOf } from './graph-rig.js'

const test = suite('losses and optimizers in graphs')

const classes = 3
const ends = (activation: string): unknown => ({ dense: { units: classes, activation } })
const small = [
  { conv2d: { filters: 4, kernelSize: 2, activation: 'relu', name: 'seen' } },
  'batchNormalization',
  'flatten',
  { dropout: { rate: 0.3 } },
]
const network = networkOf([...small, ends('softmax')], [4, 3, 1])

/** Trains both ways, as a graph for sure, and gives how far the two end apart. */
const apart = async (make: () => FitOptions): Promise<number> => {
  const before = tf.memory().numTensors
  const { graph, apart } = await bothWays(make)
  assert.equal(graph.result.execution, { mode: 'graph' })
  assert.is(tf.memory().numTensors, before)
  if (process.env['TRIMTAB_SAY']) console.log(apart.toExponential(1))
  return apart
}

for (const name of Object.keys(losses))
  test(`the loss ${name}`, async () => {
    if (!(await openedNative())) return
    const signed = /hinge|cosine/i.test(name)
    const end = /categorical|kullback/i.test(name) ? 'softmax' : signed ? 'linear' : 'sigmoid'
    const net = networkOf([...small, ends(end)], [4, 3, 1])
    const kind = /categoricalC/i.test(name) ? { classes } : {}
    const off = await apart(() => trainingOf(net, { objective: supervised(losses[name]!({})) }, kind))
    assert.ok(off <= 1e-5, `${off}`)
  })

const settings: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
  sgd: [{}, { momentum: 0.9 }, { momentum: 0.9, nesterov: true }],
  adam: [{}, { amsgrad: true }, { weightDecay: 0.01 }],
  rmsprop: [{}, { centered: true, momentum: 0.5 }],
}
for (const name of Object.keys(rules))
  test(`the optimizer ${name}, its learning rate another one in each step`, async () => {
    if (!(await openedNative())) return
    for (const each of settings[name] ?? [{}]) {
      const off = await apart(() =>
        trainingOf(network, { optimizer: { name, settings: each }, epochs: 3 }, { classes }),
      )
      assert.ok(off <= 1e-5, `${JSON.stringify(each)}: ${off}`)
    }
  })
