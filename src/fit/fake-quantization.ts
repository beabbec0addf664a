import { tf } from '../engine/tf.js'
import type { Model } from '../model/model.js'
import { toFloat } from '../model/quantization.js'
import { requantize } from '../model/quantize-model.js'
import type { Runnable } from '../model/runnable.js'

/** Makes a network in training see its quantized weights as they would be stored. */
export interface FakeQuantization {
  /** Names of the weights that are rounded. */
  readonly names: readonly string[]
  /** Rounds the weights as they are now; asked before every step and before validation. */
  refresh(): Promise<void>
  /** Rounded weights from float ones, of which those that are rounded are needed alone. */
  round(floats: ReadonlyMap<string, Float32Array>): Map<string, Float32Array>
  /** The rounded weights that the network sees now, by name. */
  readonly rounded: ReadonlyMap<string, tf.Tensor>
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
  const round: FakeQuantization['round'] = floats => {
    const stored = requantize(model, floats)
    return new Map(
      stored.weights.filter(({ quantization }) => quantization).map(each => [each.name, toFloat(each)]),
    )
  }
  return {
    names,
    round,
    rounded,
    refresh: async () => {
      const fresh = round(await runnable.weights())
      forget()
      for (const [name, values] of fresh)
        rounded.set(name, tf.keep(tf.tensor(values, runnable.variables.get(name)!.shape)))
    },
    dispose: () => {
      forget()
      delete runnable.hooks.weight
    },
  }
}
