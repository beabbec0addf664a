import type { Model } from '../../model/model.js'
import { requantize } from '../../model/quantize-model.js'
import { toFloat } from '../../model/quantization.js'

/** Weights with the removed ones at 0 (not −0, which other bits would say). */
const masked = (model: Model, weights: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> => {
  const kept = new Map(weights)
  for (const [name, mask] of model.marks.masks) {
    const values = Float32Array.from(weights.get(name)!)
    mask.forEach((keep, at) => {
      if (keep !== 0) return
      if (values[at] !== 0) throw new Error(`training moved weight ${at} of "${name}", which was removed`)
      values[at] = 0
    })
    kept.set(name, values)
  }
  return kept
}

/** Throws (a bug) where a trained model broke what the steps before it established. */
const assertKept = (before: Model, after: Model): void => {
  const weights = new Map(after.weights.map(weight => [weight.name, weight]))
  for (const { name, quantization } of before.weights) {
    const now = weights.get(name)?.quantization
    if (quantization === undefined && now === undefined) continue
    if (
      now?.dtype !== quantization?.dtype ||
      now?.scheme !== quantization?.scheme ||
      now?.axis !== quantization?.axis
    )
      throw new Error(`training changed the format of weight "${name}"`)
  }
  for (const [name, mask] of before.marks.masks) {
    const values = toFloat(weights.get(name)!)
    if (mask.some((keep, at) => keep === 0 && values[at] !== 0))
      throw new Error(`a removed weight of "${name}" is no longer 0`)
  }
  if (before.marks.activations.size !== after.marks.activations.size)
    throw new Error('training changed the formats of activations')
}

/**
 * A model with its trained weights, which keeps what earlier steps established: removed weights stay exactly 0, quantized
 * weights keep their integer formats (with scales from the new weights), activations their formats. `notes` say so.
 */
export const keepContracts = (
  model: Model,
  weights: ReadonlyMap<string, Float32Array>,
): { readonly model: Model; readonly notes: readonly string[] } => {
  const values = masked(model, weights)
  const isQuantized = model.weights.some(({ quantization }) => quantization)
  const kept: Model = isQuantized
    ? requantize(model, values)
    : {
        ...model,
        weights: model.weights.map(({ name, shape }) => ({ name, shape, data: values.get(name)! })),
      }
  assertKept(model, kept)
  const notes: string[] = []
  const removed = [...model.marks.masks.values()].reduce(
    (sum, mask) => sum + mask.reduce((count, keep) => count + (keep === 0 ? 1 : 0), 0),
    0,
  )
  if (removed > 0) notes.push(`${removed} removed weights were kept at 0`)
  if (isQuantized || model.marks.activations.size > 0)
    notes.push('trained through simulated quantization, in float32; the integer formats were kept')
  return { model: kept, notes }
}
