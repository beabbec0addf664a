import { stream } from '../core/random.js'
import { tf } from '../engine/tf.js'
import type { Given, Spoken } from './objective.js'

/** A layer of the student that should see what a layer of the teacher sees. */
export interface Hint {
  readonly teacher: string
  readonly student: string
  readonly weight: number
  /** Channels (last axis) of each. */
  readonly teacherWidth: number
  readonly studentWidth: number
}

export interface Hints {
  /** Regressors' weights: trained along, thrown away. */
  readonly extra: ReadonlyMap<string, tf.Variable>
  /** Σ over hints of weight · mean((r(student) − teacher)²). */
  loss(said: Spoken, given: Given): tf.Tensor | undefined
  dispose(): void
}

/**
 * Hints between layers (FitNets, Romero et al. 2015, eq. 3, as a mean over elements and without the ½). Where widths
 * differ, r is a learned linear map of the channels, the same at every position (for images a 1×1 convolution); else r is
 * the identity.
 */
export const createHints = (hints: readonly Hint[], seed: number): Hints => {
  const extra = new Map<string, tf.Variable>()
  hints.forEach(({ studentWidth, teacherWidth }, at) => {
    if (studentWidth === teacherWidth) return
    const random = stream(seed, 'hint', at)
    // Glorot & Bengio 2010, uniform.
    const limit = Math.sqrt(6 / (studentWidth + teacherWidth))
    const draws = Float32Array.from(
      { length: studentWidth * teacherWidth },
      () => (2 * random.uniform() - 1) * limit,
    )
    tf.tidy(() => {
      extra.set(`hint:${at}/kernel`, tf.variable(tf.tensor(draws, [studentWidth, teacherWidth])))
      extra.set(`hint:${at}/bias`, tf.variable(tf.zeros([teacherWidth])))
    })
  })
  const regress = (at: number, seen: tf.Tensor): tf.Tensor => {
    const kernel = extra.get(`hint:${at}/kernel`)
    if (kernel === undefined) return seen
    const rows = tf.reshape(seen, [-1, seen.shape.at(-1)!])
    const mapped = tf.add(tf.matMul(rows, kernel as tf.Tensor2D), extra.get(`hint:${at}/bias`)!)
    return tf.reshape(mapped, [...seen.shape.slice(0, -1), kernel.shape[1]!])
  }
  return {
    extra,
    loss: (said, given) => {
      const terms = hints.map(({ student, teacher, weight }, at) => {
        const guess = regress(at, said.taps[student]!)
        return tf.mul(tf.mean(tf.square(tf.sub(guess, given[`tap:${teacher}`]!))), weight)
      })
      return terms.length === 0 ? undefined : tf.addN(terms)
    },
    dispose: () => {
      for (const variable of extra.values()) variable.dispose()
    },
  }
}
