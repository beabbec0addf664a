import { differenceOf } from '../../../src/core/promise.js'
import { stream } from '../../../src/core/random.js'
import { openEngine } from '../../../src/engine/open.js'
import { tf } from '../../../src/engine/tf.js'
import { drawsFrom } from '../../../src/model/noise.js'
import { buildRunnable } from '../../../src/model/runnable.js'
import { untrainable } from '../../../src/network/trainable.js'
import { cases } from '../../model/layer-cases.js'
import { networkOf, randomInput, stirredModel } from '../../model/networks.js'
import { assert, suite } from '../../suite.js'
import { whyNoWebgpu } from './here.js'

const test = suite('every layer type of a recipe on webgpu')

type Figures = Map<string, Float32Array>

/** In inference and in training, noise included, with the gradients of all weights. */
const figuresOf = async (layers: readonly unknown[], inputShape: readonly number[]): Promise<Figures> => {
  const network = networkOf(layers, inputShape)
  const runnable = buildRunnable(stirredModel(network, 3))
  const x =
    network.layers[0]!.type === 'embedding'
      ? tf.tensor([0, 1, 6, 3, 2, 2, 5, 4, 6, 0, 1, 3], [3, ...inputShape])
      : randomInput([3, ...inputShape])
  const tensors = tf.tidy(() => {
    const found: Record<string, tf.Tensor> = { inference: runnable.forward(x).output }
    if (untrainable(network).length > 0) return found
    const aim = randomInput(found['inference']!.shape, 8)
    const train = (): tf.Tensor =>
      runnable.forward(x, { training: true, draws: drawsFrom(stream(4, 'noise')) }).output
    found['training'] = train()
    const variables = runnable.trainable.map(name => runnable.variables.get(name)!)
    if (variables.length === 0) return found
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(train(), aim)) as tf.Scalar, variables)
    for (const name of runnable.trainable)
      found[`gradient of ${name}`] = grads[runnable.variables.get(name)!.name]!
    return found
  })
  const figures: Figures = new Map()
  for (const [name, tensor] of Object.entries(tensors))
    figures.set(name, (await tensor.data()) as Float32Array)
  tf.dispose(Object.values(tensors))
  x.dispose()
  runnable.dispose()
  return figures
}

if (whyNoWebgpu !== undefined) {
  console.log(whyNoWebgpu)
  test.skip(whyNoWebgpu, () => undefined)
} else
  test('gives what wasm gives, in inference and in training', async () => {
    const all = async (): Promise<Map<string, Figures | Error>> => {
      const found = new Map<string, Figures | Error>()
      for (const [type, networks] of Object.entries(cases))
        for (const [i, [layers, inputShape]] of networks.entries())
          found.set(
            `${type} ${i}`,
            await figuresOf(layers, inputShape).catch((error: unknown) => error as Error),
          )
      return found
    }
    await openEngine('wasm')
    const want = await all()
    await openEngine('webgpu')
    const faults: string[] = []
    for (const [name, mine] of await all()) {
      const theirs = want.get(name)!
      if (mine instanceof Error) faults.push(`${name}: ${mine.message}`)
      else if (theirs instanceof Error) faults.push(`${name} on wasm: ${theirs.message}`)
      else
        for (const [part, values] of theirs) {
          const off = differenceOf(mine.get(part)!, values)
          if (!(off <= 1e-5)) faults.push(`${name}, ${part}: ${off}`)
        }
    }
    assert.equal(faults, [])
  })
