import { layerTypeOf } from './catalogue.js'
import { disjointSets, type DisjointSets } from './disjoint-sets.js'
import { channelsOf, type Channels } from './layer-type.js'
import { inputName, type LayerNode, type Network } from './network.js'
import { factsOfNetwork, type NodeFacts } from './propagate.js'

/** A channel where it is made: by a layer, or by the network's input. */
export interface Origin {
  readonly layer: string
  readonly channel: number
}

/** Where every channel of a network comes from and goes to. */
export interface ChannelFlow {
  readonly nodes: ReadonlyMap<string, NodeFacts>
  /** By layer (and `input`): for each position of the last axis of its output, the number of its channel. */
  readonly outputs: ReadonlyMap<string, Int32Array>
  /** Channels that go or stay together are in one set. */
  readonly sets: DisjointSets
  /** Where each channel is made, by number. */
  readonly origins: readonly Origin[]
  /** Why a channel must stay, by number of its set's leader. */
  readonly locks: ReadonlyMap<number, string>
}

/** The field that says how many channels a layer makes; undefined where it makes none. */
export const widthField = (node: LayerNode, facts: NodeFacts): string | undefined => {
  const channels = layerTypeOf(node.type).channels(node.config, facts.inputShapes)
  return channels.kind === 'makes' ? channels.width : undefined
}

/** Follows the channels from the input on. A network that fits is taken for granted. */
export const channelFlow = (network: Network): ChannelFlow => {
  const { nodes } = factsOfNetwork(network)
  const sets = disjointSets()
  const origins: Origin[] = []
  const outputs = new Map<string, Int32Array>()
  const reasons: (readonly [Int32Array, string])[] = []

  const make = (layer: string, count: number): Int32Array =>
    Int32Array.from({ length: count }, (_, channel) => {
      origins.push({ layer, channel })
      return sets.add()
    })
  const tie = (inputs: readonly Int32Array[]): Int32Array => {
    const [first, ...others] = inputs
    for (const other of others) other.forEach((channel, at) => sets.join(first![at]!, channel))
    return first!
  }
  const flow = (node: LayerNode, facts: NodeFacts, channels: Channels): Int32Array => {
    const inputs = node.from.map(name => outputs.get(name)!)
    const input = inputs[0]!
    const width = channelsOf(facts.outputShape)
    switch (channels.kind) {
      case 'makes': {
        const made = make(node.name, width)
        if (channels.locked !== undefined) reasons.push([made, `layer "${node.name}": ${channels.locked}`])
        return made
      }
      case 'keeps': {
        const each = channels.each ?? 1
        return each === 1
          ? input
          : Int32Array.from({ length: width }, (_, at) => input[Math.floor(at / each)]!)
      }
      case 'flattens':
        return Int32Array.from({ length: width }, (_, at) => input[at % input.length]!)
      case 'ties':
        return tie(inputs)
      case 'joins':
        return Int32Array.from(inputs.flatMap(each => [...each]))
      case 'locks': {
        const made = make(node.name, width)
        for (const locked of [...inputs, made])
          reasons.push([locked, `layer "${node.name}": ${channels.why}`])
        return made
      }
    }
  }

  outputs.set(inputName, make(inputName, channelsOf(network.inputShape)))
  reasons.push([outputs.get(inputName)!, "they are the network's input"])
  for (const node of network.layers) {
    const facts = nodes.get(node.name)!
    outputs.set(node.name, flow(node, facts, layerTypeOf(node.type).channels(node.config, facts.inputShapes)))
  }
  reasons.push([outputs.get(network.output)!, "they are the network's output"])

  // Ties are all known only now, so that a lock reaches whatever is tied to it.
  const locks = new Map<number, string>()
  for (const [channels, why] of reasons)
    for (const channel of channels) {
      const leader = sets.find(channel)
      if (!locks.has(leader)) locks.set(leader, why)
    }
  return { nodes, outputs, sets, origins, locks }
}
