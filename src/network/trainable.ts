import type { Fault } from '../core/problem.js'
import { layerTypeOf } from './catalogue.js'
import type { Network } from './network.js'

/**
 * The layers that cannot be trained through, one fault each with the reason (path: `layers`, index, type).
 * Empty where the whole network can be trained.
 */
export const untrainable = (network: Network): Fault[] =>
  network.layers.flatMap((node, index) => {
    const why = layerTypeOf(node.type).untrainable?.(node.config)
    return why === undefined
      ? []
      : [
          {
            code: 'untrainable-layer',
            message: `layer "${node.name}" cannot be trained: ${why}`,
            path: ['layers', index, node.type],
            hint: 'Use another layer in its place; a model that has it can still be pruned, quantized and evaluated.',
          },
        ]
  })
