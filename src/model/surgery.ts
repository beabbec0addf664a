import { removeChannels, type Removal, type Slices } from '../network/channel-groups.js'
import { sizeOf, type Shape } from '../network/layer-type.js'
import type { Model, Quantization, Weight } from './model.js'

/** Positions (row-major) of the entries that stay, for an array of `shape`; one list of indices an axis, undefined: all. */
const keptEntries = (shape: Shape, slices: Slices): Int32Array => {
  let positions = Int32Array.of(0)
  for (const [axis, size] of shape.entries()) {
    const kept = slices[axis]
    const count = kept?.length ?? size
    const next = new Int32Array(positions.length * count)
    positions.forEach((before, at) => {
      for (let index = 0; index < count; index++)
        next[at * count + index] = before * size + (kept ? kept[index]! : index)
    })
    positions = next
  }
  return positions
}

const pick = <T extends { readonly [at: number]: number }>(
  entries: Int32Array,
  from: T,
  into: { [at: number]: number } & T,
): T => {
  entries.forEach((entry, at) => {
    into[at] = from[entry]!
  })
  return into
}

const sliceQuantization = (quantization: Quantization, slices: Slices): Quantization => {
  const kept = quantization.axis === undefined ? undefined : slices[quantization.axis]
  if (!kept) return quantization
  return {
    ...quantization,
    scale: pick(kept, quantization.scale, new Float64Array(kept.length)),
    bias: pick(kept, quantization.bias, new Float64Array(kept.length)),
  }
}

const sliceWeight = (weight: Weight, slices: Slices, entries: Int32Array): Weight => ({
  name: weight.name,
  shape: weight.shape.map((size, axis) => slices[axis]?.length ?? size),
  data: pick(
    entries,
    weight.data,
    new (weight.data.constructor as new (n: number) => Weight['data'])(entries.length),
  ),
  ...(weight.quantization ? { quantization: sliceQuantization(weight.quantization, slices) } : {}),
})

/**
 * A model without some of its channels: weights, their scales and masks are cut along. Ranges of activations are
 * one for a whole layer and stay as they are. The model that is given keeps its arrays.
 */
export const removeFromModel = (model: Model, removal: Removal): Model => {
  const { network, slices } = removeChannels(model.network, removal)
  const masks = new Map(model.marks.masks)
  const weights = model.weights.map(weight => {
    const cut = slices.get(weight.name)
    if (!cut) return weight
    const entries = keptEntries(weight.shape, cut)
    const mask = masks.get(weight.name)
    if (mask) masks.set(weight.name, pick(entries, mask, new Uint8Array(entries.length)))
    return sliceWeight(weight, cut, entries)
  })
  return { ...model, network, weights, marks: { ...model.marks, masks } }
}

/**
 * A model with some weights at exactly 0 and marked, so that later steps keep them there. Masks (1 kept, 0 removed,
 * one byte a weight) replace those that the model has of the same name. Float weights only.
 */
export const maskWeights = (model: Model, masks: ReadonlyMap<string, Uint8Array>): Model => ({
  ...model,
  weights: model.weights.map(weight => {
    const mask = masks.get(weight.name)
    if (!mask) return weight
    if (mask.length !== sizeOf(weight.shape)) throw new Error(`the mask of "${weight.name}" has another size`)
    if (weight.quantization) throw new Error(`"${weight.name}" is quantized`)
    return { ...weight, data: Float32Array.from(weight.data, (value, at) => (mask[at] === 0 ? 0 : value)) }
  }),
  marks: { ...model.marks, masks: new Map([...model.marks.masks, ...masks]) },
})
