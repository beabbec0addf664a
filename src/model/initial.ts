import { stream } from '../core/random.js'
import type { Network } from '../network/network.js'
import { weightSpecs } from '../network/propagate.js'
import { fillWeight } from './initializers.js'
import { type Model, noMarks } from './model.js'

/**
 * A model of fresh weights. Each is drawn from a stream of its own, named by the weight, so that adding a layer
 * changes no other layer's bits.
 */
export const initialModel = (network: Network, seed: number, classNames?: readonly string[]): Model => ({
  network,
  weights: weightSpecs(network).map(({ name, shape, initializer }) => ({
    name,
    shape,
    data: fillWeight(initializer, shape, stream(seed, 'weights', name)),
  })),
  marks: noMarks,
  ...(classNames ? { classNames } : {}),
})
