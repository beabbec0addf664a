import { exact, type Figure, type ModelDescription, type Quantized } from './description.js'
import { sizeOf } from './layer-type.js'
import type { Network } from './network.js'
import { factsOfNetwork } from './propagate.js'

export interface Known {
  /** Absence: everything is float32. */
  readonly quantized?: Quantized
  readonly classNames?: readonly string[]
  /** Weights that are not zero. Absence: all of them (nothing is known to be zero). */
  readonly nonZero?: number | Figure
  /** Payload of the weights with their scales. Absence: 4 bytes each. */
  readonly bytes?: number | Figure
}

const figure = (value: number | Figure): Figure => (typeof value === 'number' ? exact(value) : value)

/** Describes a network that fits: counts of parameters and multiply–accumulates are exact. */
export const describeNetwork = (network: Network, known: Known = {}): ModelDescription => {
  const { nodes, outputShape } = factsOfNetwork(network)
  let parameters = 0
  let macs = 0
  for (const facts of nodes.values()) {
    macs += facts.macs
    for (const weight of facts.weights) parameters += sizeOf(weight.shape)
  }
  return {
    type: 'model',
    format: 'layers',
    network,
    inputShape: network.inputShape,
    outputShape,
    parameters: exact(parameters),
    nonZero: figure(known.nonZero ?? parameters),
    macs: exact(macs),
    bytes: figure(known.bytes ?? 4 * parameters),
    quantized: known.quantized ?? {},
    ...(known.classNames === undefined ? {} : { classNames: known.classNames }),
  }
}
