// TensorFlow.js's own side of bench/engines/run.mjs: the same networks as tfjs-layers models on tfjs-node-gpu's addon, with
// nothing of ours but the addon's opening: what a user of tfjs-node has.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { stream } from '../../src/core/random.js'
import { findNative, nativeVersion } from '../../src/engine/native/find.js'
import { openBuilt } from '../../src/engine/native/open.js'
import { layers as keras, tf } from '../../src/engine/tf.js'

interface Asked {
  readonly net: string
  readonly what: 'train' | 'forward'
  readonly batch: number
  readonly count: number
}

const nets = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Record<
  string,
  { input: number[]; layers: (string | Record<string, Record<string, unknown>>)[] }
>
const warming = 2
const models = new Map<string, keras.LayersModel>()

const modelOf = (name: string): keras.LayersModel => {
  const known = models.get(name)
  if (known) return known
  const { input, layers } = nets[name]!
  const first = keras.input({ shape: input })
  const named = new Map<string, keras.SymbolicTensor>([['input', first]])
  let last: keras.SymbolicTensor = first
  for (const layer of layers) {
    const [type, { name: own, from, ...config }] = (
      typeof layer === 'string' ? [layer, {}] : Object.entries(layer)[0]!
    ) as [string, { readonly name?: string; readonly from?: string | string[] }]
    const given = Array.isArray(from)
      ? from.map(each => named.get(each)!)
      : from === undefined
        ? last
        : named.get(from)!
    const make = (keras.layers as unknown as Record<string, (config: object) => keras.layers.Layer>)[type]!
    last = make(config).apply(given) as keras.SymbolicTensor
    if (own !== undefined) named.set(own, last)
  }
  const model = keras.model({ inputs: first, outputs: last })
  model.compile({
    optimizer: tf.train.adam(0.001),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
  models.set(name, model)
  return model
}

const measure = async ({ net, what, batch, count }: Asked): Promise<number[]> => {
  const model = modelOf(net)
  const random = stream(2, 'bench')
  const shape = [batch, ...nets[net]!.input]
  const x = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform())
  const labels = Float32Array.from({ length: batch }, () => random.below(10))
  const times: number[] = []
  for (let i = 0; i < warming + count; i++) {
    const began = performance.now()
    const fed = tf.tensor(x, shape)
    if (what === 'train') {
      const y = tf.tensor2d(labels, [batch, 1])
      await model.trainOnBatch(fed, y)
      y.dispose()
    } else {
      const output = model.predict(fed) as tf.Tensor
      await output.data()
      output.dispose()
    }
    fed.dispose()
    times.push(performance.now() - began)
  }
  return times.slice(warming)
}

const state = findNative()
if (!state.ready) throw new Error(state.why)
await openBuilt(state.engine, state.package)
const answer = (said: object): void => void process.stdout.write(`${JSON.stringify(said)}\n`)
answer({ ready: nativeVersion(state.engine) })
for await (const line of createInterface({ input: process.stdin })) {
  try {
    answer({ ms: await measure(JSON.parse(line) as Asked), peak: process.resourceUsage().maxRSS * 1024 })
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) })
  }
}
process.exit(0)
