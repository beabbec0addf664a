import { tf } from '../engine/tf.js'

export interface Clip {
  /** Greatest Euclidean norm of all gradients together (Pascanu, Mikolov & Bengio 2013); absent: no limit. */
  readonly norm?: number
  /** Greatest size of one number of a gradient; absent: no limit. */
  readonly value?: number
}

/** Gradients within bounds: each number first, then the norm of all. The caller tidies. */
export const clipGradients = (
  gradients: ReadonlyMap<string, tf.Tensor>,
  { norm, value }: Clip,
): ReadonlyMap<string, tf.Tensor> => {
  let clipped = gradients
  if (value !== undefined)
    clipped = new Map([...clipped].map(([name, g]) => [name, tf.clipByValue(g, -value, value)]))
  if (norm === undefined || clipped.size === 0) return clipped
  const total = tf.sqrt(tf.addN([...clipped.values()].map(g => tf.sum(tf.square(g)))))
  const factor = tf.div(norm, tf.maximum(total, norm))
  return new Map([...clipped].map(([name, g]) => [name, tf.mul(g, factor)]))
}
