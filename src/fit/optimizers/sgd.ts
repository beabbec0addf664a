import { tf } from '../../engine/tf.js'
import { numberOf } from './rule.js'
import type { MakeRule } from './rule.js'

/** v ← μv − ηg; w ← w + v, or with Nesterov's look ahead w ← w + μv − ηg. Without momentum w ← w − ηg. */
export const sgd: MakeRule = settings => {
  const momentum = numberOf(settings, 'momentum', 0)
  const nesterov = settings['nesterov'] === true
  if (momentum === 0)
    return {
      slots: {},
      scalars: ({ learningRate }) => [-learningRate],
      change: (g, _, [rate]) => ({ delta: tf.mul(g, rate!), slots: [] }),
      move: ({ learningRate }) => ({ rule: 'sgd', numbers: [-learningRate] }),
    }
  return {
    slots: { momentum: 0 },
    scalars: ({ learningRate }) => [learningRate],
    change: (g, [v], [rate]) => {
      const push = tf.mul(g, rate!)
      const next = tf.sub(tf.mul(v!, momentum), push)
      return { delta: nesterov ? tf.sub(tf.mul(next, momentum), push) : next, slots: [next] }
    },
    move: ({ learningRate }) => ({ rule: 'momentum', numbers: [learningRate, momentum, nesterov ? 1 : 0] }),
  }
}
