import {
  type Bend,
  bendActivated,
  bendOf,
  canActivate,
  convolveActivated,
  multiplyActivated,
} from '../engine/activated.js'
import { canRecur, recur } from '../engine/recurrence.js'
import type { Cell } from '../engine/recurrence.js'
import { type layers, tf } from '../engine/tf.js'
import type { LayerNode } from '../network/network.js'
import { type Draws, dropMask, dropout, noises } from './noise.js'
import { type NormWeights, moveAverage, normalizeBatch, normalizeLast, normalizeMoving } from './normalize.js'
import { upSample } from './resize.js'

export type TfLayer = InstanceType<typeof layers.layers.Layer>
type LayerVariable = layers.LayerVariable

/** What a layer is given while it runs. */
export interface Moment {
  /** Set while a forward pass in training runs; noise comes from it. */
  draws: Draws | undefined
  /** Our variable behind each of the tfjs layers' own, untouched by hooks. */
  readonly variables: Map<layers.LayerVariable, tf.Variable>
}

type Call = (inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) => tf.Tensor | tf.Tensor[]

/** What a layer does instead of its own call. */
type Taming = (layer: TfLayer, node: LayerNode, moment: Moment) => Call

const only = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs)

const drawing = (moment: Moment, what: string): Draws => {
  if (!moment.draws) throw new Error(`${what} is run in training without a random stream`)
  return moment.draws
}

interface Active {
  activation?: { apply(x: tf.Tensor): tf.Tensor }
}

interface Recurrent {
  cell?: { dropoutFunc?: unknown }
}

interface NormParts {
  gamma?: LayerVariable | null
  beta?: LayerVariable | null
}

const normWeights = ({ gamma, beta }: NormParts): NormWeights => ({
  ...(gamma ? { gamma: gamma.read() } : {}),
  ...(beta ? { beta: beta.read() } : {}),
})

interface MovingParts extends NormParts {
  movingMean: LayerVariable
  movingVariance: LayerVariable
}

/** tfjs's own cannot train without gamma or beta, and takes no volumes. In training it takes `bend`, to put one behind. */
const batchNormalization: Taming = (layer, node, moment) => {
  const parts = layer as TfLayer & MovingParts
  const { momentum = 0.99, epsilon = 1e-3 } = node.config as Record<string, number>
  return (inputs, kwargs) => {
    const x = only(inputs)
    const weights = normWeights(parts)
    const { movingMean, movingVariance } = parts
    if (kwargs['training'] !== true)
      return normalizeMoving(x, movingMean.read(), movingVariance.read(), weights, epsilon)
    const { output, mean, variance } = normalizeBatch(x, weights, epsilon, kwargs['bend'] as Bend | undefined)
    moveAverage(moment.variables.get(movingMean)!, mean, momentum)
    moveAverage(moment.variables.get(movingVariance)!, variance, momentum)
    return output
  }
}

/** tfjs's own has no gradient without gamma. */
const layerNormalization: Taming = (layer, { config }) => {
  const parts = layer as TfLayer & NormParts
  const { epsilon = 1e-3 } = config as Record<string, number>
  return inputs => normalizeLast(only(inputs), normWeights(parts), epsilon)
}

interface RecurrentParts {
  cell: { kernel: LayerVariable; recurrentKernel: LayerVariable; bias?: LayerVariable | null }
}

/** All steps at once where the engine can and has the layer's functions; step by step otherwise. */
const recurrent =
  (type: Cell, masks: number): Taming =>
  (layer, { config, name }, moment) => {
    const { cell } = layer as TfLayer & RecurrentParts
    const functions = { activation: config['activation'], gate: config['recurrentActivation'] }
    const [rate, stateRate] = [Number(config['dropout'] ?? 0), Number(config['recurrentDropout'] ?? 0)]
    // tfjs draws as many as there are kernels, and takes the first alone: so do we, or the next layer's would be others.
    const maskOf = (share: number, shape: readonly number[]): tf.Tensor =>
      Array.from({ length: masks }, () => dropMask(share, drawing(moment, `layer "${name}"`), shape))[0]!
    const stepwise = layer.call.bind(layer) as Call
    return (inputs, kwargs) => {
      if (!canRecur(functions)) return stepwise(inputs, kwargs)
      return tf.tidy(() => {
        const x = only(inputs)
        const [batch, , channels] = x.shape as [number, number, number]
        const training = kwargs['training'] === true
        const mask = training && rate > 0 ? maskOf(rate, [batch, channels]) : undefined
        return recur(
          mask === undefined ? x : tf.mul(x, tf.expandDims(mask, 1)),
          { kernel: cell.kernel.read(), recurrent: cell.recurrentKernel.read(), bias: cell.bias?.read() },
          {
            ...functions,
            cell: type,
            sequences: config['returnSequences'] === true,
            backwards: config['goBackwards'] === true,
          },
          training && stateRate > 0 ? maskOf(stateRate, [batch, Number(config['units'])]) : undefined,
        )
      })
    }
  }

interface WeightedParts {
  kernel: LayerVariable
  bias?: LayerVariable | null
}

const pair = (sides: unknown): [number, number] =>
  Array.isArray(sides) ? (sides as [number, number]) : [Number(sides ?? 1), Number(sides ?? 1)]

/** With its bias and its relu or relu6 in one kernel where the engine has one, in training too. */
const conv2d: Taming = (layer, { config }) => {
  const parts = layer as TfLayer & WeightedParts
  const pad = config['padding']
  const bend = bendOf(config['activation'])
  const usual = pair(config['dilationRate']).every(side => side === 1)
  const separate = layer.call.bind(layer) as Call
  return (inputs, kwargs) => {
    if (!bend || !usual || (pad !== 'same' && pad !== 'valid') || !canActivate())
      return separate(inputs, kwargs)
    const options = { strides: pair(config['strides']), pad } as const
    return convolveActivated(only(inputs), parts.kernel.read(), parts.bias?.read(), bend, options)
  }
}

/** The same of a dense layer over vectors. */
const dense: Taming = (layer, { config }) => {
  const parts = layer as TfLayer & WeightedParts
  const bend = bendOf(config['activation'])
  const separate = layer.call.bind(layer) as Call
  return (inputs, kwargs) => {
    const x = only(inputs)
    if (!bend || x.rank !== 2 || !canActivate()) return separate(inputs, kwargs)
    return multiplyActivated(x, parts.kernel.read(), parts.bias?.read(), bend)
  }
}

const upSampling2d: Taming = (_, { config }) => {
  const size = config['size'] as number | readonly [number, number]
  const factors = typeof size === 'number' ? ([size, size] as const) : size
  const interpolation = config['interpolation'] as 'nearest' | 'bilinear'
  return inputs => upSample(only(inputs) as tf.Tensor4D, factors, interpolation)
}

const tamings: Readonly<Record<string, Taming>> = {
  batchNormalization,
  conv2d,
  dense,
  gru: recurrent('gru', 3),
  layerNormalization,
  lstm: recurrent('lstm', 4),
  simpleRNN: recurrent('simpleRNN', 1),
  upSampling2d,
}

/**
 * Makes a tfjs layer deterministic: its noise comes from the moment's draws, and what tfjs does
 * wrongly is replaced. `node` is the layer that the tfjs layer was built from.
 */
export const tame = (layer: TfLayer, node: LayerNode, moment: Moment): void => {
  const noise = noises[node.type]?.(node.config)
  if (noise)
    layer.call = ((inputs, kwargs) => {
      const x = only(inputs)
      return kwargs['training'] === true ? noise(x, drawing(moment, `layer "${node.name}"`)) : x
    }) as Call
  const instead = tamings[node.type]?.(layer, node, moment)
  if (instead) layer.call = instead
  // tfjs makes a relu6 of a relu and a minimum, with six operations for their gradient.
  const { activation } = layer as TfLayer & Active
  if (activation && node.config['activation'] === 'relu6') {
    const composed = activation.apply.bind(activation)
    activation.apply = x => (canActivate() ? bendActivated(x, 'relu6') : composed(x))
  }
  // A recurrent cell asks this function for its dropout masks instead of drawing on the engine.
  const { cell } = layer as TfLayer & Recurrent
  if (cell)
    cell.dropoutFunc = (ones: tf.Tensor, rate: number) =>
      dropout(ones, rate, drawing(moment, `layer "${node.name}"`))
}
