import { layers, type tf } from '../engine/tf.js'
import type { LayerNode } from '../network/network.js'
import { type Moment, type TfLayer, tame } from './tame.js'

/** Names of the catalogue whose tfjs function is called otherwise. */
const factoryNames: Readonly<Record<string, string>> = { cropping2d: 'cropping2D' }

const initializerKey = /[iI]nitializer$/

type Factory = (settings: Record<string, unknown>) => TfLayer

const factoryOf = (type: string): Factory => {
  const factory = (layers.layers as Record<string, unknown>)[factoryNames[type] ?? type]
  if (typeof factory !== 'function') throw new Error(`no layer "${type}" in the tensor library`)
  return factory as Factory
}

/** A tfjs layer, not built yet. Initializers are left out, since its weights come from the model. */
export const createLayer = (node: LayerNode, moment: Moment): TfLayer => {
  const settings: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node.config)) {
    if (!initializerKey.test(key)) settings[key] = value
  }
  const layer = factoryOf(node.type)(settings)
  tame(layer, node, moment)
  return layer
}

/** A layer's weights in Keras's order: those that train, then those that do not. */
export const layerVariables = (layer: TfLayer): readonly layers.LayerVariable[] => layer.weights

/** Builds a layer for inputs of these shapes (without the batch). */
export const buildLayer = (layer: TfLayer, inputShapes: readonly (readonly number[])[]): void => {
  const batched = inputShapes.map(shape => [null, ...shape])
  layer.setFastWeightInitDuringBuild(true)
  layer.build(batched.length === 1 ? batched[0]! : batched)
  layer.built = true
}

interface Masked {
  dropoutMask?: tf.Tensor | tf.Tensor[] | null
  recurrentDropoutMask?: tf.Tensor | tf.Tensor[] | null
}

/** A recurrent cell keeps its dropout masks until the next call: this lets go of them. */
export const releaseMasks = (layer: TfLayer, dispose: (tensors: tf.Tensor | tf.Tensor[]) => void): void => {
  const { cell } = layer as TfLayer & { cell?: Masked }
  if (!cell) return
  for (const key of ['dropoutMask', 'recurrentDropoutMask'] as const) {
    const mask = cell[key]
    if (!mask) continue
    dispose(mask)
    cell[key] = null
  }
}
