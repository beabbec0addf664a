import { tf } from '../engine/tf.js'
import type { LayerNode, Network } from '../network/network.js'

/** The last activation of a network, where it is one that a loss would rather not see: softmax or sigmoid. */
export interface Head {
  /** The layer that applies it. */
  readonly layer: string
  readonly apply: (logits: tf.Tensor) => tf.Tensor
  /** The layer itself as it is built: without its activation. Absent: the layer is nothing but the activation. */
  readonly bare?: LayerNode
}

/** Layers whose `activation` is the last thing that they do. Recurrent layers use theirs in every step. */
const activated = new Set([
  'dense',
  'conv1d',
  'conv2d',
  'conv3d',
  'conv2dTranspose',
  'conv3dTranspose',
  'depthwiseConv2d',
  'separableConv2d',
])

const heads: Readonly<Record<string, (logits: tf.Tensor) => tf.Tensor>> = {
  softmax: logits => tf.softmax(logits),
  sigmoid: logits => tf.sigmoid(logits),
}

/** The final softmax or sigmoid of a network; undefined where it ends with another activation or none. */
export const headOf = (network: Network): Head | undefined => {
  const node = network.layers.find(({ name }) => name === network.output)
  if (!node) return undefined
  const { name, type, config } = node
  if (type === 'softmax') {
    const axis = config['axis'] ?? -1
    return axis === -1 ? { layer: name, apply: heads['softmax']! } : undefined
  }
  const apply = heads[String(config['activation'])]
  if (!apply) return undefined
  if (type === 'activation') return { layer: name, apply }
  if (!activated.has(type)) return undefined
  return { layer: name, apply, bare: { ...node, config: { ...config, activation: 'linear' } } }
}
