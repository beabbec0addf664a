import type { Fault, Path } from '../core/problem.js'
import { layerTypeOf } from './catalogue.js'
import { channelsOf, formatShape, isMisfit, sizeOf, type AxisRole, type Shape } from './layer-type.js'
import { inputName, type LayerNode, type Network } from './network.js'

/** One weight of a network. */
export interface WeightSpec {
  /** `layer/weight`: `conv2d_1/kernel`. */
  readonly name: string
  readonly layer: string
  /** Keras's word: `kernel`, `movingMean`. */
  readonly weight: string
  readonly shape: Shape
  readonly axes: readonly AxisRole[]
  /** False for moving statistics. */
  readonly trainable: boolean
  /** One of `initializerNames`. */
  readonly initializer: string
  /** Multiply–accumulates for one example that each element takes part in (as `WeightPart.macsEach` says). */
  readonly macsEach: number
}

/** What is known of a layer in its place. */
export interface NodeFacts {
  readonly inputShapes: readonly Shape[]
  readonly outputShape: Shape
  readonly weights: readonly WeightSpec[]
  /** Multiply–accumulates for one example. */
  readonly macs: number
}

export interface Propagated {
  /** By layer; a layer that does not fit, and all that hangs on it, is absent. */
  readonly nodes: ReadonlyMap<string, NodeFacts>
  /** Absent where the output layer does not fit. */
  readonly outputShape?: Shape
  readonly faults: readonly Fault[]
}

const factsOf = (node: LayerNode, inputs: readonly Shape[], output: Shape): NodeFacts => {
  const parts = layerTypeOf(node.type).weights?.(node.config, inputs, output) ?? []
  const weights = parts.map(part => ({
    name: `${node.name}/${part.weight}`,
    layer: node.name,
    weight: part.weight,
    shape: part.shape,
    axes: part.axes,
    trainable: part.trainable ?? true,
    initializer: part.initializer,
    macsEach: part.macsEach ?? 0,
  }))
  const macs = weights.reduce((sum, weight) => sum + sizeOf(weight.shape) * weight.macsEach, 0)
  return { inputShapes: inputs, outputShape: output, weights, macs }
}

/** Channels that all layers of a network may have together: each is followed through the network by itself. */
const mostChannels = 500_000

/** The same, counted again wherever a layer hands them on: a flattened picture has one for each of its numbers. */
const mostPlaces = 2 ** 24

/** Numbers that a layer may give for one example: no machine holds more, and beyond 2⁵³ they are not counted exactly. */
const mostNumbers = 2 ** 36

const makesChannels = (node: LayerNode, inputs: readonly Shape[]): boolean =>
  ['makes', 'locks'].includes(layerTypeOf(node.type).channels(node.config, inputs).kind)

const tooLarge = (node: LayerNode, output: Shape, at: Path): Fault => {
  const width = ['units', 'filters'].find(key => key in node.config)
  return {
    code: 'network-too-large',
    message: `layer "${node.name}" gives ${formatShape(output)}: a network this wide cannot be planned`,
    path: width === undefined ? at : [...at, width],
    hint: `All layers together may make ${mostChannels} channels and hand on ${mostPlaces}.`,
  }
}

const tooManyNumbers = (node: LayerNode, output: Shape, at: Path): Fault => ({
  code: 'network-too-large',
  message: `layer "${node.name}" gives ${formatShape(output)}: no machine holds so many numbers`,
  path: at,
  hint: 'Look for a number with too many digits.',
})

/**
 * Shapes, weights and cost of every layer, from the input on. A layer that cannot take its input is a fault
 * (its path: `layers`, index, type, field); what hangs on it is left out without an echo.
 * `pathOf` gives the path of a layer where it is not the index in `network.layers`.
 */
export const propagate = (network: Network, pathOf?: (node: LayerNode) => Path): Propagated => {
  const nodes = new Map<string, NodeFacts>()
  const faults: Fault[] = []
  const shapeOf = (name: string): Shape | undefined =>
    name === inputName ? network.inputShape : nodes.get(name)?.outputShape
  let channels = 0
  let places = 0
  for (const [index, node] of network.layers.entries()) {
    const at = pathOf?.(node) ?? ['layers', index, node.type]
    const inputs = node.from.map(shapeOf).filter(shape => shape !== undefined)
    if (inputs.length < node.from.length) continue
    const output = layerTypeOf(node.type).shape(node.config, inputs)
    if (isMisfit(output)) {
      faults.push({
        code: 'shape-mismatch',
        message: `layer "${node.name}": ${output.misfit}`,
        path: output.key === undefined ? at : [...at, output.key],
        ...(output.hint === undefined ? {} : { hint: output.hint }),
      })
      continue
    }
    if (sizeOf(output) > mostNumbers) {
      faults.push(tooManyNumbers(node, output, at))
      break
    }
    channels += makesChannels(node, inputs) ? channelsOf(output) : 0
    places += channelsOf(output)
    if (channels > mostChannels || places > mostPlaces) {
      faults.push(tooLarge(node, output, at))
      break
    }
    nodes.set(node.name, factsOf(node, inputs, output))
  }
  const outputShape = shapeOf(network.output)
  return { nodes, faults, ...(outputShape === undefined ? {} : { outputShape }) }
}

interface NetworkFacts {
  readonly nodes: ReadonlyMap<string, NodeFacts>
  readonly outputShape: Shape
}

const known = new WeakMap<Network, NetworkFacts>()

/** Facts of a network that fits. Throws where it does not: resolving has refused it. */
export const factsOfNetwork = (network: Network): NetworkFacts => {
  // Asked for again by every step that a model goes through.
  const found = known.get(network)
  if (found) return found
  const { nodes, outputShape, faults } = propagate(network)
  if (outputShape === undefined || faults.length > 0)
    throw new Error(`a network that does not fit: ${faults.map(fault => fault.message).join('; ')}`)
  known.set(network, { nodes, outputShape })
  return { nodes, outputShape }
}

/** All weights: layer by layer in the network's order, in Keras's order within a layer. */
export const weightSpecs = (network: Network): WeightSpec[] => {
  const { nodes } = factsOfNetwork(network)
  return network.layers.flatMap(node => nodes.get(node.name)?.weights ?? [])
}
