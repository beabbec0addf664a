import { layers, type tf } from '../engine/tf.js'
import type { LayerNode } from '../network/network.js'
import { type Moment, type TfLayer, tame } from './tame.js'

/** Names of the catalogue whose tfjs function is called otherwise. */
const factoryNames: Readonly<Record<string, string>> = {
  relu: 'reLU',
  leakyRelu: 'leakyReLU',
  thresholdedRelu: 'thresholdedReLU',
  simpleRnn: 'simpleRNN',
  cropping2d: 'cropping2D',
}

/** Settings of a layer that decide nothing about its forward pass, or that are ours to do. */
const notForTf = new Set(['trainable', 'seed', 'dtype', 'weights'])

const initializerKey = /[iI]nitializer$/

type Factory = (settings: Record<string, unknown>) => TfLayer

const factoryOf = (type: string): Factory => {
  const factory = (layers.layers as Record<string, unknown>)[factoryNames[type] ?? type]
  if (typeof factory !== 'function') throw new Error(`no layer "${type}" in the tensor library`)
  return factory as Factory
}

/** A layer inside a wrapper: `{lstm: {units: 4}}` or a bare name. */
const innerNode = (value: unknown, name: string): LayerNode => {
  if (typeof value === 'string') return { name, type: value, config: {}, from: [] }
  const [type, config] = Object.entries(value as Record<string, LayerNode['config'] | null>)[0]!
  return { name, type, config: config ?? {}, from: [] }
}

/** A tfjs layer, not built yet. Initializers are left out, since its weights come from the model. */
export const createLayer = (node: LayerNode, moment: Moment): TfLayer => {
  const settings: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node.config)) {
    if (value === null || value === undefined || notForTf.has(key) || initializerKey.test(key)) continue
    settings[key] = key === 'layer' ? createLayer(innerNode(value, node.name), moment) : value
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

interface RecurrentParts {
  cell?: Masked
  forwardLayer?: RecurrentParts
  backwardLayer?: RecurrentParts
  layer?: RecurrentParts
}

/** Recurrent cells keep their dropout masks until the next call: this lets go of them. */
export const releaseMasks = (layer: TfLayer, dispose: (tensors: tf.Tensor | tf.Tensor[]) => void): void => {
  const release = (parts: RecurrentParts): void => {
    const { cell } = parts
    for (const key of ['dropoutMask', 'recurrentDropoutMask'] as const) {
      const mask = cell?.[key]
      if (cell && mask) {
        dispose(mask)
        cell[key] = null
      }
    }
    for (const inner of [parts.forwardLayer, parts.backwardLayer, parts.layer]) if (inner) release(inner)
  }
  release(layer as RecurrentParts)
}
