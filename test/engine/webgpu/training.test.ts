import { differenceOf, enginePromises } from '../../../src/core/promise.js'
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
      assert.is(tf.memory().numTensors, before)
      const apart = [...want].map(
        ([weight, values]) => [weight, differenceOf(got.get(weight)!, values)] as const,
      )
      if (process.env['TRIMTAB_SHOW']) console.log(name, apart)
      const { promise } = { promise: enginePromises.webgpu }
      assert.ok(promise.kind === 'tolerance')
      const limit = promise.figure
      assert.equal(
        apart.filter(([, off]) => !(off <= limit)),
        [],
      )
    })
