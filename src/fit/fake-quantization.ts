import { tf } from '../engine/tf.js'
import type { Runnable } from '../model/runnable.js'

/** Makes a network in training see its quantized weights as they would be stored. */
export interface FakeQuantization {
  /** Rounds the weights as they are now; asked before every step and before validation. */
  refresh(): Promise<void>
  dispose(): void
}

/** A weight's floats after they have been through its format: quantized and read back. */
export type RoundTrip = (name: string, floats: Float32Array) => Float32Array

/**
 * Hangs quantization into a network's reading of its weights: forward it sees them rounded (by the code that will store
 * them, so training, validation and the stored model agree), backward the gradient goes straight through to the float
 * weights (Bengio, Léonard & Courville 2013; Jacob et al. 2018). Ranges follow the weights, so nothing is clamped.
 */
export const fakeQuantization = (
  runnable: Runnable,
  names: readonly string[],
  roundTrip: RoundTrip,
): FakeQuantization => {
  const rounded = new Map<string, tf.Tensor>()
  const before = runnable.hooks.weight
  runnable.hooks.weight = (name, tensor) => {
    const value = rounded.get(name)
    if (value === undefined) return before ? before(name, tensor) : tensor
    return tf.customGrad(() => ({ value: value.clone(), gradFunc: (dy: tf.Tensor) => [dy] }))(tensor)
  }
  const forget = (): void => {
    for (const tensor of rounded.values()) tensor.dispose()
    rounded.clear()
  }
  return {
    refresh: async () => {
      const fresh = new Map<string, tf.Tensor>()
      for (const name of names) {
        const variable = runnable.variables.get(name)!
        const floats = roundTrip(name, (await variable.data()) as Float32Array)
        fresh.set(name, tf.keep(tf.tensor(floats, variable.shape)))
      }
      forget()
      for (const [name, tensor] of fresh) rounded.set(name, tensor)
    },
    dispose: () => {
      forget()
      if (before) runnable.hooks.weight = before
      else delete runnable.hooks.weight
    },
  }
}
