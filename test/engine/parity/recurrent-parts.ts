import { stream } from '../../../src/core/random.js'
import { tf } from '../../../src/engine/tf.js'
import { buildRunnable } from '../../../src/model/runnable.js'
import { networkOf, stirredModel } from '../../model/networks.js'
import { drawn } from '../shapes.js'
import { readAll, type Case, type Figures } from './parts.js'

interface Layer {
  readonly type: 'simpleRNN' | 'gru' | 'lstm'
  readonly config: Readonly<Record<string, unknown>>
  /** Steps and channels. */
  readonly input: readonly [number, number]
  readonly batch: number
}

const small = { input: [5, 3], batch: 3 } as const
const settings: readonly (Omit<Layer, 'type'> & { readonly name: string })[] = [
  { name: 'last step', config: { units: 5 }, ...small },
  { name: 'every step', config: { units: 4, returnSequences: true, useBias: false }, ...small },
  { name: 'from the end', config: { units: 7, goBackwards: true, returnSequences: true }, ...small },
  { name: 'dropped input', config: { units: 6, dropout: 0.4, returnSequences: true }, ...small },
  { name: 'dropped state', config: { units: 5, recurrentDropout: 0.3 }, ...small },
  { name: 'relu', config: { units: 5, activation: 'relu' }, ...small },
  { name: 'elu', config: { units: 5, activation: 'elu', goBackwards: true, dropout: 0.2 }, ...small },
  // Without a kernel of ours on any engine.
  { name: 'gelu', config: { units: 5, activation: 'gelu', dropout: 0.2, recurrentDropout: 0.2 }, ...small },
  // More examples than a chunk has, and more channels and units than the tile.
  {
    name: 'large',
    config: { units: 37, recurrentDropout: 0.2, returnSequences: true },
    input: [3, 11],
    batch: 35,
  },
]

const gated = [
  { name: 'hard gates', config: { units: 5, recurrentActivation: 'hardSigmoid' }, ...small },
  { name: 'softsign gates', config: { units: 6, recurrentActivation: 'softsign', dropout: 0.5 }, ...small },
]

/** Output and gradients of ⟨output, fixed random numbers⟩ of a layer as the product trains it, dropout drawn from a stream. */
const outcome = (name: string, { type, config, input, batch }: Layer): Promise<Figures> => {
  const runnable = buildRunnable(stirredModel(networkOf([{ [type]: { ...config, name: 'one' } }], input), 29))
  const variables = [...runnable.variables]
  const tensors = tf.tidy(() => {
    const x = tf.variable(drawn(`${name} x`, [batch, ...input]))
    const says = (): tf.Tensor =>
      runnable.forward(x, { training: true, random: stream(31, 'noise', name) }).output
    const output = says()
    const along = drawn(`${name} along`, output.shape)
    const trained = [...variables.map(([, variable]) => variable), x]
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(says(), along)) as tf.Scalar, trained)
    const gradients = trained.map((variable, i): [string, tf.Tensor] => [
      `gradient of ${variables[i]?.[0] ?? 'x'}`,
      grads[variable.name]!,
    ])
    return { output, ...Object.fromEntries(gradients) } as Record<string, tf.Tensor>
  })
  return readAll(tensors).finally(() => runnable.dispose())
}

/** Recurrent layers with every setting that a recipe has for them: forward and backward. */
export const recurrentParts: Readonly<Record<string, Case>> = Object.fromEntries(
  (['simpleRNN', 'gru', 'lstm'] as const).flatMap(type =>
    [...settings, ...(type === 'simpleRNN' ? [] : gated)].map(({ name, ...layer }) => {
      const title = `${type}, ${name}`
      return [title, { run: () => outcome(title, { ...layer, type } as Layer) }]
    }),
  ),
)
