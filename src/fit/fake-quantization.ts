import { tf } from '../engine/tf.js'
import type { Model } from '../model/model.js'
import { toFloat } from '../model/quantization.js'
import { requantize } from '../model/quantize-model.js'
import type { Runnable } from '../model/runnable.js'

/** Makes a network in training see its quantized weights as they would be stored. */
export interface FakeQuantization {
  /** Rounds the weights as they are now; asked before every step and before validation. */
  refresh(): Promise<void>
  dispose(): void
}

/**
 * Hangs quantization into a network's reading of its weights: forward it sees them rounded, by the very code that will
 * store them, so that training, validation and the stored model agree; backward the gradient goes straight through to
 * the float weights (Bengio, Léonard & Courville 2013; Jacob et al. 2018). Ranges follow the weights, so nothing is
 * clamped. Undefined where no weight of the model is quantized; quantized activations the runnable simulates by itself.
 */
export const fakeQuantization = (runnable: Runnable, model: Model): FakeQuantization | undefined => {
  const names = model.weights.filter(({ quantization }) => quantization).map(({ name }) => name)
  if (names.length === 0) return undefined
  const rounded = new Map<string, tf.Tensor>()
  runnable.hooks.weight = (name, tensor) => {
    const value = rounded.get(name)
    if (value === undefined) return tensor
    return tf.customGrad(() => ({ value: value.clone(), gradFunc: (dy: tf.Tensor) => [dy] }))(tensor)
  }
  const forget = (): void => {
    for (const tensor of rounded.values()) tensor.dispose()
    rounded.clear()
  }
  return {
    refresh: async () => {
      const stored = requantize(model, await runnable.weights())
      forget()
      for (const weight of stored.weights)
        if (weight.quantization)
          rounded.set(weight.name, tf.keep(tf.tensor(toFloat(weight), [...weight.shape])))
    },
    dispose: () => {
      forget()
      delete runnable.hooks.weight
    },
  }
}
