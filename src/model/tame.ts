import type { Random } from '../core/random.js'
import type { layers, tf } from '../engine/tf.js'
import type { LayerNode } from '../network/network.js'
import { moveAverage, normalizeBatch } from './batch-norm.js'
import { dropout, noises } from './noise.js'

export type TfLayer = InstanceType<typeof layers.layers.Layer>
type LayerVariable = layers.LayerVariable

/** What a layer is given while it runs. */
export interface Moment {
  /** Set while a forward pass in training runs; noise is drawn from it. */
  random: Random | undefined
  /** Our variable behind each of the tfjs layers' own, untouched by hooks. */
  readonly variables: Map<layers.LayerVariable, tf.Variable>
}

type Call = (inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) => tf.Tensor | tf.Tensor[]

const only = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs)

const drawing = (moment: Moment, what: string): Random => {
  if (!moment.random) throw new Error(`${what} is run in training without a random stream`)
  return moment.random
}

interface RecurrentParts {
  cell?: { dropoutFunc?: unknown }
  forwardLayer?: RecurrentParts
  backwardLayer?: RecurrentParts
  layer?: RecurrentParts
}

/** Recurrent cells ask this function for their dropout masks instead of drawing on the engine. */
const tameCells = (parts: RecurrentParts, mask: (ones: tf.Tensor, rate: number) => tf.Tensor): void => {
  if (parts.cell) parts.cell.dropoutFunc = mask
  for (const inner of [parts.forwardLayer, parts.backwardLayer, parts.layer])
    if (inner) tameCells(inner, mask)
}

interface BatchNormParts {
  gamma?: LayerVariable | null
  beta?: LayerVariable | null
  movingMean: LayerVariable
  movingVariance: LayerVariable
}

/** tfjs's own training pass cannot run without gamma and beta, so batch normalization in training is ours. */
const tameBatchNorm = (layer: TfLayer, node: LayerNode, moment: Moment): void => {
  const own = layer.call.bind(layer) as Call
  const parts = layer as TfLayer & BatchNormParts
  const { axis = -1, momentum = 0.99, epsilon = 1e-3 } = node.config as Record<string, number>
  const train: Call = inputs => {
    const { output, mean, variance } = normalizeBatch(
      only(inputs),
      {
        ...(parts.gamma ? { gamma: parts.gamma.read() } : {}),
        ...(parts.beta ? { beta: parts.beta.read() } : {}),
      },
      axis,
      epsilon,
    )
    moveAverage(moment.variables.get(parts.movingMean)!, mean, momentum)
    moveAverage(moment.variables.get(parts.movingVariance)!, variance, momentum)
    return output
  }
  layer.call = ((inputs, kwargs) =>
    kwargs['training'] === true ? train(inputs, kwargs) : own(inputs, kwargs)) as Call
}

/**
 * Makes a tfjs layer deterministic: its noise is drawn from the moment's random stream, and what tfjs does
 * wrongly in training is replaced. `node` is the layer that the tfjs layer was built from.
 */
export const tame = (layer: TfLayer, node: LayerNode, moment: Moment): void => {
  const noise = noises[node.type]?.(node.config)
  if (noise)
    layer.call = ((inputs, kwargs) => {
      const x = only(inputs)
      return kwargs['training'] === true ? noise(x, drawing(moment, `layer "${node.name}"`)) : x
    }) as Call
  if (node.type === 'batchNormalization') tameBatchNorm(layer, node, moment)
  tameCells(layer as RecurrentParts, (ones, rate) =>
    dropout(ones, rate, drawing(moment, `layer "${node.name}"`)),
  )
}
