import { tf } from '../../src/engine/tf.js'
import { weightSpecs } from '../../src/network/propagate.js'
import { untrainable } from '../../src/network/trainable.js'
import { cases } from '../model/layer-cases.js'
import { networkOf } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { bothWays, openedNative, trainingOf } from './graph-rig.js'

/** Trains networks of layer types both ways; `part` of `parts`, so that no file takes long. */
export const testLayers = (part: number, parts: number): void => {
  const test = suite(`layers in graphs, part ${part} of ${parts}`)
  Object.entries(cases)
    .filter((_, at) => at % parts === part - 1)
    .forEach(([type, networks]) =>
      test(`${type} trains as a graph as it does operation by operation`, async () => {
        if (!(await openedNative())) return
        for (const [layers, inputShape] of networks) {
          const bare = networkOf(layers, inputShape)
          // What has no weight of its own is put behind a layer that has.
          const weighs = weightSpecs(bare).some(({ trainable }) => trainable)
          const network = weighs ? bare : networkOf(['prelu', ...layers], inputShape)
          if (untrainable(network).length > 0) continue
          const before = tf.memory().numTensors
          const data = network.layers[0]!.type === 'embedding' ? { indices: 7 } : {}
          const { graph, apart } = await bothWays(() => trainingOf(network, {}, data))
          if (process.env['TRIMTAB_SAY']) console.log(`${apart.toExponential(1)} ${JSON.stringify(layers)}`)
          assert.equal(graph.result.execution, { mode: 'graph' }, JSON.stringify(layers))
          assert.ok(apart <= 1e-5, `${JSON.stringify(layers)}: ${apart}`)
          assert.is(tf.memory().numTensors, before)
        }
      }),
    )
}
