import { tf } from '../../engine/tf.js'
import { numberOf } from './rule.js'
import type { MakeRule } from './rule.js'

/**
 * RMSprop (Tieleman & Hinton 2012): v ← ρv + (1−ρ)g²; w ← w − ηg/√(v + ε), through a momentum where asked.
 * `centered` subtracts the squared mean gradient from v (Graves 2013).
 */
export const rmsprop: MakeRule = settings => {
  const rho = numberOf(settings, 'rho', 0.9)
  const momentum = numberOf(settings, 'momentum', 0)
  const epsilon = numberOf(settings, 'epsilon', 1e-7)
  const centered = settings['centered'] === true
  const names = ['v', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['momentum'] : [])]
  return {
    slots: Object.fromEntries(names.map(name => [name, 0])),
    scalars: ({ learningRate }) => [learningRate],
    change: (g, slots, [rate]) => {
      const at = (name: string): tf.Tensor => slots[names.indexOf(name)]!
      const v = tf.add(tf.mul(at('v'), rho), tf.mul(tf.square(g), 1 - rho))
      const next = [v]
      let spread = v
      if (centered) {
        const mean = tf.add(tf.mul(at('mean'), rho), tf.mul(g, 1 - rho))
        next.push(mean)
        spread = tf.sub(v, tf.square(mean))
      }
      let push = tf.div(tf.mul(g, rate!), tf.sqrt(tf.add(spread, epsilon)))
      if (momentum > 0) {
        push = tf.add(tf.mul(at('momentum'), momentum), push)
        next.push(push)
      }
      return { delta: tf.neg(push), slots: next }
    },
    move: ({ learningRate }) => ({
      rule: 'rmsprop',
      numbers: [rho, 1 - rho, epsilon, learningRate, Math.max(0, momentum), centered ? 1 : 0],
    }),
  }
}

/** Adagrad (Duchi, Hazan & Singer 2011): a ← a + g²; w ← w − ηg/√(a + ε). */
export const adagrad: MakeRule = settings => {
  const epsilon = numberOf(settings, 'epsilon', 1e-7)
  return {
    slots: {
      sum: numberOf(settings, 'initialAccumulator', 0.1),
    },
    scalars: ({ learningRate }) => [-learningRate],
    change: (g, [sum], [rate]) => {
      const next = tf.add(sum!, tf.square(g))
      return { delta: tf.div(tf.mul(g, rate!), tf.sqrt(tf.add(next, epsilon))), slots: [next] }
    },
    move: ({ learningRate }) => ({ rule: 'adagrad', numbers: [epsilon, -learningRate] }),
  }
}

/** Adadelta (Zeiler 2012): Δ = −g·√(d + ε)/√(a + ε), where a and d are running means of g² and Δ²; w ← w + ηΔ. */
export const adadelta: MakeRule = settings => {
  const rho = numberOf(settings, 'rho', 0.95)
  const epsilon = numberOf(settings, 'epsilon', 1e-7)
  const root = (x: tf.Tensor): tf.Tensor => tf.sqrt(tf.add(x, epsilon))
  return {
    slots: { gradients: 0, deltas: 0 },
    scalars: ({ learningRate }) => [learningRate],
    change: (g, [gradients, deltas], [rate]) => {
      const squares = tf.add(tf.mul(gradients!, rho), tf.mul(tf.square(g), 1 - rho))
      const delta = tf.neg(tf.div(tf.mul(g, root(deltas!)), root(squares)))
      const moved = tf.add(tf.mul(deltas!, rho), tf.mul(tf.square(delta), 1 - rho))
      return { delta: tf.mul(delta, rate!), slots: [squares, moved] }
    },
    move: ({ learningRate }) => ({ rule: 'adadelta', numbers: [rho, 1 - rho, epsilon, learningRate] }),
  }
}
