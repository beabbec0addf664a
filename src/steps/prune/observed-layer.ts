import type { Network } from '../../network/network.js'

const sequels = new Set([
  'batchNormalization',
  'activation',
  'reLU',
  'leakyReLU',
  'prelu',
  'elu',
  'thresholdedReLU',
])

/**
 * Where the activation of a layer's channels is looked at: behind the normalization and the activation function that
 * alone follow it, or at its own output. (Hu et al. 2016 count zeros behind the ReLU.)
 */
export const observedLayer = (network: Network, producer: string): string => {
  let at = producer
  for (;;) {
    const takers = network.layers.filter(({ from }) => from.includes(at))
    const [taker] = takers
    if (at === network.output || takers.length !== 1 || !taker || !sequels.has(taker.type)) return at
    at = taker.name
  }
}
