import { power } from '../../core/portable/power.js'
import { tf } from '../../engine/tf.js'
import { numberOf } from './rule.js'
import type { MakeRule, Moment } from './rule.js'

/**
 * Adam (Kingma & Ba 2015, the reordered form at the end of section 2, so ε stands beside √v and not √v̂):
 * m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; w ← w − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√v + ε).
 * `amsgrad` (Reddi, Kale & Kumar 2018) divides by the largest v so far.
 */
export const adam: MakeRule = settings => {
  const beta1 = numberOf(settings, 'beta1', 0.9)
  const beta2 = numberOf(settings, 'beta2', 0.999)
  const epsilon = numberOf(settings, 'epsilon', 1e-7)
  const amsgrad = settings['amsgrad'] === true
  const alphaAt = ({ learningRate, step }: Moment): number =>
    (learningRate * Math.sqrt(1 - power(beta2, step))) / (1 - power(beta1, step))
  return {
    slots: amsgrad ? { m: 0, v: 0, largest: 0 } : { m: 0, v: 0 },
    scalars: moment => [-alphaAt(moment)],
    change: (g, [m, v, largest], [rate]) => {
      const first = tf.add(tf.mul(m!, beta1), tf.mul(g, 1 - beta1))
      const second = tf.add(tf.mul(v!, beta2), tf.mul(tf.square(g), 1 - beta2))
      const top = amsgrad ? tf.maximum(largest!, second) : second
      return {
        delta: tf.mul(tf.div(first, tf.add(tf.sqrt(top), epsilon)), rate!),
        slots: amsgrad ? [first, second, top] : [first, second],
      }
    },
    move: moment => ({
      rule: 'adam',
      numbers: [beta1, 1 - beta1, beta2, 1 - beta2, epsilon, -alphaAt(moment)],
    }),
  }
}

/** Adamax (Kingma & Ba 2015, section 7.1): u ← max(β₂u, |g|); w ← w − η/(1−β₁ᵗ)·m/(u + ε). */
export const adamax: MakeRule = settings => {
  const beta1 = numberOf(settings, 'beta1', 0.9)
  const beta2 = numberOf(settings, 'beta2', 0.999)
  const epsilon = numberOf(settings, 'epsilon', 1e-7)
  return {
    slots: { m: 0, u: 0 },
    scalars: ({ learningRate, step }) => [-(learningRate / (1 - power(beta1, step)))],
    change: (g, [m, u], [rate]) => {
      const first = tf.add(tf.mul(m!, beta1), tf.mul(g, 1 - beta1))
      const norm = tf.maximum(tf.mul(u!, beta2), tf.abs(g))
      return { delta: tf.mul(tf.div(first, tf.add(norm, epsilon)), rate!), slots: [first, norm] }
    },
    move: ({ learningRate, step }) => ({
      rule: 'adamax',
      numbers: [beta1, 1 - beta1, beta2, epsilon, -(learningRate / (1 - power(beta1, step)))],
    }),
  }
}

/** Nadam (Dozat 2016) with its momentum schedule μₜ = β₁(1 − ½·0.96ᵗ). */
export const nadam: MakeRule = settings => {
  const beta1 = numberOf(settings, 'beta1', 0.9)
  const beta2 = numberOf(settings, 'beta2', 0.999)
  const epsilon = numberOf(settings, 'epsilon', 1e-7)
  const mu = (step: number): number => beta1 * (1 - 0.5 * power(0.96, step))
  let reached = 0
  let product = 1
  /** Π μ₁…μₜ; begun anew where training goes on from a checkpoint. */
  const productTo = (step: number): number => {
    if (step < reached) {
      reached = 0
      product = 1
    }
    for (; reached < step; reached++) product *= mu(reached + 1)
    return product
  }
  /** What the step takes of m and of the gradient. */
  const shares = (step: number): [number, number] => {
    const soFar = productTo(step)
    const next = mu(step + 1)
    return [next / (1 - soFar * next), (1 - mu(step)) / (1 - soFar)]
  }
  return {
    slots: { m: 0, v: 0 },
    scalars: ({ learningRate, step }) => [...shares(step), 1 - power(beta2, step), -learningRate],
    change: (g, [m, v], [ofMean, ofGradient, unbiased, rate]) => {
      const first = tf.add(tf.mul(m!, beta1), tf.mul(g, 1 - beta1))
      const second = tf.add(tf.mul(v!, beta2), tf.mul(tf.square(g), 1 - beta2))
      const ahead = tf.add(tf.mul(first, ofMean!), tf.mul(g, ofGradient!))
      const scale = tf.add(tf.sqrt(tf.div(second, unbiased!)), epsilon)
      return { delta: tf.mul(tf.div(ahead, scale), rate!), slots: [first, second] }
    },
    move: ({ learningRate, step }) => ({
      rule: 'nadam',
      numbers: [
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        epsilon,
        ...shares(step),
        1 - power(beta2, step),
        -learningRate,
      ],
    }),
  }
}

/** Lion (Chen et al. 2023): w ← w − η·sign(β₁m + (1−β₁)g); m ← β₂m + (1−β₂)g. */
export const lion: MakeRule = settings => {
  const beta1 = numberOf(settings, 'beta1', 0.9)
  const beta2 = numberOf(settings, 'beta2', 0.99)
  return {
    slots: { m: 0 },
    scalars: ({ learningRate }) => [-learningRate],
    change: (g, [m], [rate]) => ({
      delta: tf.mul(tf.sign(tf.add(tf.mul(m!, beta1), tf.mul(g, 1 - beta1))), rate!),
      slots: [tf.add(tf.mul(m!, beta2), tf.mul(g, 1 - beta2))],
    }),
    move: ({ learningRate }) => ({
      rule: 'lion',
      numbers: [beta1, 1 - beta1, beta2, 1 - beta2, -learningRate],
    }),
  }
}
