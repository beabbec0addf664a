import type { LayerNode, Network } from './network.js'
import { factsOfNetwork, type NodeFacts } from './propagate.js'
import { sizeOf } from './layer-type.js'

/** What a pass over a network does with what its layers give. */
export type Pass = 'inference' | 'training'

/** A number of an engine: float32. */
export const numberBytes = 4

/**
 * Tensors of a layer's output size that are held until the pass has ended. Training keeps, for the gradients, what each
 * operation took and gave, and the gradient of every one of them; inference keeps one tensor a layer. Measured with
 * `bench/memory.mjs` where the operations of a layer cannot be counted from its formula.
 */
const copies: Readonly<Record<string, Readonly<Record<Pass, number>>>> = {
  flatten: { inference: 0, training: 0 },
  reshape: { inference: 0, training: 0 },
  batchNormalization: { inference: 1, training: 9 },
  layerNormalization: { inference: 8, training: 16 },
  dropout: { inference: 0, training: 4 },
  spatialDropout1d: { inference: 0, training: 4 },
  gaussianNoise: { inference: 0, training: 4 },
  gaussianDropout: { inference: 0, training: 4 },
  alphaDropout: { inference: 0, training: 6 },
  prelu: { inference: 3, training: 6 },
  average: { inference: 2, training: 3 },
  multiply: { inference: 1, training: 3 },
}

const usual: Readonly<Record<Pass, number>> = { inference: 1, training: 2 }

/** For a layer with kernels: the product, the sum with the bias, the activation, and the gradients of the first and last. */
const kernelCopies = ({ config }: LayerNode, pass: Pass): number => {
  const isLinear = (config['activation'] ?? 'linear') === 'linear'
  const hasBias = config['useBias'] !== false
  return pass === 'inference' ? 1 : 2 + (hasBias ? 1 : 0) + (isLinear ? 0 : 2)
}

const gates: Readonly<Record<string, number>> = { simpleRNN: 1, gru: 3, lstm: 4 }

/** Numbers that one example takes in one layer. */
const numbersOf = (node: LayerNode, { inputShapes, outputShape, weights }: NodeFacts, pass: Pass): number => {
  const out = sizeOf(outputShape)
  const own = copies[node.type]
  if (own) return own[pass] * out
  const gated = gates[node.type]
  // Each gate of each step is a dozen small operations.
  if (gated !== undefined)
    return inputShapes[0]![0]! * gated * Number(node.config['units']) * (pass === 'training' ? 30 : 12)
  if (node.type === 'embedding' || weights.length === 0) return usual[pass] * out
  // Between its two convolutions a separable one holds the depthwise result.
  const depthwise = weights.find(({ weight }) => weight === 'depthwiseKernel')
  const between =
    node.type === 'separableConv2d' && depthwise
      ? (out / outputShape.at(-1)!) * depthwise.shape.slice(-2).reduce((a, b) => a * b, 1)
      : 0
  return kernelCopies(node, pass) * out + usual[pass] * between
}

/** Numbers that a pass holds at once for one example: all that the layers give, and the example itself. */
export const numbersHeld = (network: Network, pass: Pass): number => {
  const { nodes } = factsOfNetwork(network)
  const layers = network.layers.reduce((sum, node) => sum + numbersOf(node, nodes.get(node.name)!, pass), 0)
  // On the engine, in the batch, and in the copy between them.
  return layers + 3 * sizeOf(network.inputShape)
}

/** Counts of weights: of all, of those that training moves, and of the largest tensor. */
export const weightNumbers = (
  network: Network,
): { readonly all: number; readonly trainable: number; readonly largest: number } => {
  const sizes = [...factsOfNetwork(network).nodes.values()].flatMap(({ weights }) =>
    weights.map(({ shape, trainable }) => ({ size: sizeOf(shape), trainable })),
  )
  const sum = (list: readonly { readonly size: number }[]): number =>
    list.reduce((all, { size }) => all + size, 0)
  return {
    all: sum(sizes),
    trainable: sum(sizes.filter(({ trainable }) => trainable)),
    largest: Math.max(0, ...sizes.map(({ size }) => size)),
  }
}

/** What a rule of an optimizer holds: `slots` for every weight, `scratch` tensors of the size of the one that it moves. */
export const optimizerNumbers = (
  type: string,
  settings: Readonly<Record<string, unknown>>,
): { readonly slots: number; readonly scratch: number } => {
  const isSet = (name: string): boolean => settings[name] === true || Number(settings[name] ?? 0) > 0
  const [momentum, centered] = [isSet('momentum') ? 1 : 0, isSet('centered') ? 1 : 0]
  switch (type) {
    case 'sgd':
      return { slots: momentum, scratch: 2 + 3 * momentum }
    case 'lion':
      return { slots: 1, scratch: 9 }
    case 'adagrad':
      return { slots: 1, scratch: 7 }
    case 'rmsprop':
      return { slots: 1 + momentum + centered, scratch: 9 + 3 * (momentum + centered) }
    case 'adam':
      return { slots: isSet('amsgrad') ? 3 : 2, scratch: 12 }
    default:
      return { slots: 2, scratch: 14 }
  }
}
