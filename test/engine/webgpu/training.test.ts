import { differenceOf, enginePromises, withinPromise } from '../../../src/core/promise.js'
import { openEngine } from '../../../src/engine/open.js'
import { tf } from '../../../src/engine/tf.js'
import { assert, suite } from '../../suite.js'
import { whyNoWebgpu } from './here.js'
import { nets, threeSteps } from './nets.js'

const test = suite('training on webgpu')

if (whyNoWebgpu !== undefined) {
  console.log(whyNoWebgpu)
  test.skip(whyNoWebgpu, () => undefined)
} else
  for (const [name, net] of Object.entries(nets))
    test(`three Adam steps of the ${name} are those of wasm, within the promise`, async () => {
      await openEngine('wasm')
      const want = await threeSteps(net)
      await openEngine('webgpu')
      const before = tf.memory().numTensors
      const got = await threeSteps(net)
      const again = await threeSteps(net)
      assert.is(tf.memory().numTensors, before)
      const promise = enginePromises.webgpu
      const far = [...want].flatMap(([weight, values]) =>
        withinPromise(promise, got.get(weight)!, values)
          ? []
          : [`${weight}: ${differenceOf(got.get(weight)!, values)}`],
      )
      assert.equal(far, [])
      // Not bit for bit: some sums are made of atomic additions, in any order.
      const moved = [...got.keys()].filter(
        weight => !withinPromise(promise, again.get(weight)!, got.get(weight)!),
      )
      assert.equal(moved, [])
    })
