import { tf } from '../engine/tf.js'
import type { Model } from '../model/model.js'
import { toFloat } from '../model/quantization.js'
import { requantize } from '../model/quantize-model.js'
import type { Runnable } from '../model/runnable.js'

/** Makes a network in training see its quantized weights as they would be stored. */
export interface FakeQuantization {
  /** The quantized model, whose formats are kept. */
  readonly model: Model
  /** Rounds the weights as they are now; asked before every step and before validation. */
  refresh(): Promise<void>
  /** Has the network see these while some work runs, by name; the caller's, and rounded by the caller. */
  seeing<T>(rounded: ReadonlyMap<string, tf.Tensor>, work: () => T): T
  dispose(): void
}

/**
 * Hangs quantization into a network's reading of its weights: forward it sees them rounded, by the very code that will
 * store them, so that training, validation and the stored model agree; backward the gradient goes straight through to
 * the float weights (Bengio, Léonard & Courville 2013; Jacob et al. 2018). Ranges follow the weights, so nothing is
 * clamped. Undefined where no weight of the model is quantized; quantized activations the runnable simulates by itself.
 */
export const fakeQuantization = (runnable: Runnable, model: Model): FakeQuantization | undefined => {
  if (!model.weights.some(({ quantization }) => quantization)) return undefined
  const rounded = new Map<string, tf.Tensor>()
  let seen: ReadonlyMap<string, tf.Tensor> = rounded
  runnable.hooks.weight = (name, tensor) => {
    const value = seen.get(name)
    if (value === undefined) return tensor
    return tf.customGrad(() => ({ value: value.clone(), gradFunc: (dy: tf.Tensor) => [dy] }))(tensor)
  }
  const forget = (): void => {
    for (const tensor of rounded.values()) tensor.dispose()
    rounded.clear()
  }
  return {
    model,
    refresh: async () => {
      const fresh = requantize(model, await runnable.weights())
      forget()
      for (const weight of fresh.weights)
        if (weight.quantization)
          rounded.set(weight.name, tf.keep(tf.tensor(toFloat(weight), [...weight.shape])))
    },
    seeing: (others, work) => {
      seen = others
      try {
        return work()
      } finally {
        seen = rounded
      }
    },
    dispose: () => {
      forget()
      delete runnable.hooks.weight
    },
  }
}
