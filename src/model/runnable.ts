import type { Random } from '../core/random.js'
import { type Bend, bendOf } from '../engine/activated.js'
import { tf } from '../engine/tf.js'
import { inputName, type LayerNode, type Network } from '../network/network.js'
import { propagate, weightSpecs } from '../network/propagate.js'
import { fakeQuantize } from './fake-quantize.js'
import { headOf } from './logits.js'
import type { Model } from './model.js'
import { type Draws, drawsFrom } from './noise.js'
import { toFloat } from './quantization.js'
import type { Moment, TfLayer } from './tame.js'
import { buildLayer, createLayer, layerVariables, releaseMasks } from './tf-layer.js'

export interface ForwardOptions {
  /** Dropout and noise are drawn, batch normalization uses the batch and moves its averages. Absence: false. */
  readonly training?: boolean
  /** Layers (or `input`) whose outputs are wanted. */
  readonly taps?: readonly string[]
  /** What noise draws from; needed in training where the network has noise. */
  readonly random?: Random
  /** Gives noise in place of `random`. */
  readonly draws?: Draws
}

export interface Forward {
  readonly output: tf.Tensor
  /** What goes into the final softmax or sigmoid; absent where the network ends otherwise. */
  readonly logits?: tf.Tensor
  readonly taps: Record<string, tf.Tensor>
}

export interface Hooks {
  /** Sees every weight each time that a layer reads it; what it returns is used instead. */
  weight?: (name: string, tensor: tf.Tensor) => tf.Tensor
  /** Sees every layer's output and the network's `input`; what it returns is used instead. */
  activation?: (layer: string, tensor: tf.Tensor) => tf.Tensor
}

/**
 * A model on this thread's engine. Its weights are variables of its own; gradients flow through
 * `tf.variableGrads(() => loss(runnable.forward(x, …)))`.
 */
export interface Runnable {
  readonly network: Network
  /** By weight name. */
  readonly variables: ReadonlyMap<string, tf.Variable>
  /** Names of the weights that training may change. */
  readonly trainable: readonly string[]
  readonly hooks: Hooks
  /** Runs a batch, `count × ...inputShape`. What it returns belongs to the caller. */
  forward(x: tf.Tensor, options?: ForwardOptions): Forward
  /** Copies of all weights as floats. */
  weights(): Promise<Map<string, Float32Array>>
  /** Replaces the weights that the map names. */
  assign(weights: ReadonlyMap<string, Float32Array>): void
  dispose(): void
}

interface Part {
  readonly node: LayerNode
  readonly layer: TfLayer
}

/** Never the caller's own tensor: what is returned is theirs to dispose of. */
const apartFrom = (x: tf.Tensor, tensor: tf.Tensor): tf.Tensor => (tensor === x ? tf.clone(tensor) : tensor)

const first = (value: unknown): tf.Tensor => (Array.isArray(value) ? value[0] : value) as tf.Tensor

/** Batch normalizations with nothing but a relu or relu6 behind them, and what that is: they train as one. */
const bendsBehind = ({ layers, output }: Network): ReadonlyMap<string, { name: string; bend: Bend }> => {
  const pairs = new Map<string, { name: string; bend: Bend }>()
  for (const { name, type } of layers) {
    const readers = layers.filter(({ from }) => from.includes(name))
    const [reader] = readers
    const bend = reader?.type === 'activation' ? bendOf(reader.config['activation']) : undefined
    if (type === 'batchNormalization' && name !== output && readers.length === 1 && bend)
      pairs.set(name, { name: reader!.name, bend })
  }
  return pairs
}

/** Puts a model on the engine that this thread has opened. Quantized weights become floats; quantized activations are simulated. */
export const buildRunnable = (model: Model): Runnable => {
  const { network } = model
  const { nodes } = propagate(network)
  const head = headOf(network)
  const hooks: Hooks = {}
  const moment: Moment = { draws: undefined, variables: new Map() }
  const variables = new Map<string, tf.Variable>()
  const trainable: string[] = []
  const byName = new Map(model.weights.map(weight => [weight.name, weight]))
  const specs = new Map<string, { name: string; trainable: boolean }[]>()
  for (const { name, trainable: trains } of weightSpecs(network)) {
    const layer = name.slice(0, name.indexOf('/'))
    specs.set(layer, [...(specs.get(layer) ?? []), { name, trainable: trains }])
    if (trains) trainable.push(name)
  }

  /** Gives a layer our variables in place of its own. */
  const bind = (layer: TfLayer, layerName: string): void => {
    const named = specs.get(layerName) ?? []
    const slots = layerVariables(layer)
    if (slots.length !== named.length)
      throw new Error(`layer "${layerName}" has ${slots.length} weights, the catalogue says ${named.length}`)
    named.forEach(({ name, trainable: trains }, at) => {
      const slot = slots[at]!
      const weight = byName.get(name)
      if (weight?.shape.join() !== slot.shape.join())
        throw new Error(
          `weight "${name}" is ${weight?.shape.join('×') ?? 'absent'}, not ${slot.shape.join('×')}`,
        )
      const variable = tf.tidy(() => tf.variable(tf.tensor(toFloat(weight!), [...weight!.shape]), trains))
      slot.dispose()
      slot.read = () => hooks.weight?.(name, variable) ?? variable
      slot.write = value => {
        variable.assign(first(value))
        return slot
      }
      moment.variables.set(slot, variable)
      variables.set(name, variable)
    })
  }

  const parts: Part[] = network.layers.map(node => {
    const layer = createLayer(head?.layer === node.name ? (head.bare ?? node) : node, moment)
    const shapes = nodes.get(node.name)?.inputShapes
    if (!shapes) throw new Error(`layer "${node.name}" has no shapes`)
    buildLayer(layer, shapes)
    bind(layer, node.name)
    return { node, layer }
  })

  const behind = bendsBehind(network)
  /** Nobody sees what lies between the two. */
  const unseen = (name: string, taps: readonly string[]): boolean =>
    !taps.includes(name) && !model.marks.activations.has(name) && hooks.activation === undefined

  const observe = (layer: string, tensor: tf.Tensor): tf.Tensor => {
    const format = model.marks.activations.get(layer)
    const simulated = format ? fakeQuantize(tensor, format) : tensor
    return hooks.activation?.(layer, simulated) ?? simulated
  }

  const run = (x: tf.Tensor, training: boolean, taps: readonly string[]): Forward => {
    const outputs = new Map<string, tf.Tensor>([[inputName, observe(inputName, x)]])
    let logits: tf.Tensor | undefined
    for (const { node, layer } of parts) {
      if (outputs.has(node.name)) continue
      const inputs = node.from.map(name => outputs.get(name)!)
      const given = inputs.length === 1 ? inputs[0]! : inputs
      let output: tf.Tensor
      const bent = training ? behind.get(node.name) : undefined
      if (bent !== undefined && unseen(node.name, taps)) {
        outputs.set(bent.name, observe(bent.name, first(layer.call(given, { training, bend: bent.bend }))))
        continue
      }
      if (head?.layer === node.name && !head.bare) output = inputs[0]!
      else output = first(layer.call(given, { training }))
      if (head?.layer === node.name) {
        logits = output
        output = head.apply(output)
      }
      outputs.set(node.name, observe(node.name, output))
    }
    return {
      output: apartFrom(x, outputs.get(network.output)!),
      ...(logits ? { logits: apartFrom(x, logits) } : {}),
      taps: Object.fromEntries(
        taps.map(name => {
          const tapped = outputs.get(name)
          if (!tapped) throw new Error(`no layer "${name}" to tap`)
          return [name, apartFrom(x, tapped)]
        }),
      ),
    }
  }

  return {
    network,
    variables,
    trainable,
    hooks,
    forward: (x, { training = false, taps = [], random, draws } = {}) => {
      moment.draws = draws ?? (random && drawsFrom(random))
      try {
        return tf.tidy(() => run(x, training, taps) as Forward & tf.TensorContainerObject)
      } finally {
        moment.draws = undefined
        for (const { layer } of parts) releaseMasks(layer, tensors => tf.dispose(tensors))
      }
    },
    weights: async () => {
      const copies = new Map<string, Float32Array>()
      for (const [name, variable] of variables)
        copies.set(name, Float32Array.from((await variable.data()) as Float32Array))
      return copies
    },
    assign: weights => {
      for (const [name, values] of weights) {
        const variable = variables.get(name)
        if (!variable) throw new Error(`no weight "${name}"`)
        tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)))
      }
    },
    dispose: () => {
      for (const variable of variables.values()) variable.dispose()
      variables.clear()
    },
  }
}
