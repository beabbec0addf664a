import { channelFlow, widthField, type ChannelFlow, type Origin } from './channel-flow.js'
import { inputName, type Network } from './network.js'

/** Channels of one or more layers that go or stay together: channel 3 of both branches of a residual add. */
export interface ChannelUnit {
  readonly members: readonly Origin[]
}

/**
 * Layers whose channels hang together, so that they are ranked and cut as one. Dependency groups in the sense of
 * Fang et al. 2023 (DepGraph, section 3), found on channels instead of whole layers, so that concatenations
 * need no rule of their own.
 */
export interface ChannelGroup {
  /** Name of its first producer. */
  readonly id: string
  /** The layers that make these channels, in the network's order. */
  readonly producers: readonly string[]
  readonly units: readonly ChannelUnit[]
  /** Why none of them may be removed; absent where they may. */
  readonly locked?: string
}

const groupsOf = (network: Network, flow: ChannelFlow): ChannelGroup[] => {
  const order = new Map(network.layers.map(({ name }, index) => [name, index]))
  const makes = (name: string): boolean =>
    name === inputName || widthField(network.layers[order.get(name)!]!, flow.nodes.get(name)!) !== undefined
  const unitsByLeader = new Map<number, Origin[]>()
  flow.origins.forEach((origin, channel) => {
    const leader = flow.sets.find(channel)
    const members = unitsByLeader.get(leader)
    if (members) members.push(origin)
    else unitsByLeader.set(leader, [origin])
  })

  // Layers that share a unit are one group: merged by the name of the group's first layer.
  const groupOf = new Map<string, string>()
  const lead = (name: string): string => {
    let at = name
    while (groupOf.has(at)) at = groupOf.get(at)!
    return at
  }
  for (const members of unitsByLeader.values())
    for (const { layer } of members.slice(1)) {
      const [a, b] = [lead(members[0]!.layer), lead(layer)]
      if (a === b) continue
      if ((order.get(a) ?? -1) < (order.get(b) ?? -1)) groupOf.set(b, a)
      else groupOf.set(a, b)
    }

  const groups = new Map<string, { producers: Set<string>; units: ChannelUnit[]; locked?: string }>()
  for (const [leader, members] of unitsByLeader) {
    const id = lead(members[0]!.layer)
    const group = groups.get(id) ?? { producers: new Set<string>(), units: [] }
    groups.set(id, group)
    for (const { layer } of members) group.producers.add(layer)
    group.units.push({ members })
    const why = flow.locks.get(leader)
    if (why !== undefined) group.locked ??= why
  }
  return [...groups.values()].flatMap(({ producers, units, locked }) => {
    const layers = [...producers].filter(makes).sort((a, b) => (order.get(a) ?? -1) - (order.get(b) ?? -1))
    // Channels of the input alone, or behind a reshape, belong to no layer that could be made narrower.
    if (layers.every(name => name === inputName)) return []
    return [{ id: layers[0]!, producers: layers, units, ...(locked === undefined ? {} : { locked }) }]
  })
}

interface Followed {
  readonly flow: ChannelFlow
  readonly groups: readonly ChannelGroup[]
}

const known = new WeakMap<Network, Followed>()

const follow = (network: Network): Followed => {
  const found = known.get(network)
  if (found) return found
  const flow = channelFlow(network)
  const followed = { flow, groups: groupsOf(network, flow) }
  known.set(network, followed)
  return followed
}

/**
 * Groups of channels that structured pruning can remove, and those that it cannot, with the reason. The network's
 * input and output, and whatever is tied to them or passes through a layer that mixes or moves channels, are locked.
 */
export const channelGroups = (network: Network): readonly ChannelGroup[] => follow(network).groups

/** Units to remove, by group: indices into its `units`. */
export type Removal = ReadonlyMap<string, readonly number[]>

/** For each axis of a weight the indices that are kept, ascending; undefined: all of them. */
export type Slices = readonly (Int32Array | undefined)[]

const keptPositions = (channels: Int32Array, gone: (channel: number) => boolean): Int32Array | undefined => {
  const kept = channels.map((channel, at) => (gone(channel) ? -1 : at)).filter(at => at >= 0)
  return kept.length === channels.length ? undefined : kept
}

const expand = (kept: Int32Array | undefined, each: number): Int32Array | undefined =>
  kept &&
  Int32Array.from(
    { length: kept.length * each },
    (_, at) => kept[Math.floor(at / each)]! * each + (at % each),
  )

/**
 * The network without some channels, and for each of its weights the indices that stay (weights that stay whole are
 * absent from `slices`). Throws for a locked group, and where a layer would lose its last channel.
 */
export const removeChannels = (
  network: Network,
  removal: Removal,
): { readonly network: Network; readonly slices: ReadonlyMap<string, Slices> } => {
  const { flow, groups: all } = follow(network)
  const groups = new Map(all.map(group => [group.id, group]))
  const numbers = new Map(flow.origins.map(({ layer, channel }, number) => [`${layer} ${channel}`, number]))
  const removed = new Set<number>()
  for (const [id, units] of removal) {
    const group = groups.get(id)
    if (!group) throw new Error(`no channel group "${id}"`)
    if (group.locked !== undefined && units.length > 0)
      throw new Error(`group "${id}" is locked: ${group.locked}`)
    for (const unit of units) {
      const member = group.units[unit]?.members[0]
      if (!member) throw new Error(`group "${id}" has no unit ${unit}`)
      removed.add(flow.sets.find(numbers.get(`${member.layer} ${member.channel}`)!))
    }
  }
  const gone = (channel: number): boolean => removed.has(flow.sets.find(channel))

  const slices = new Map<string, Slices>()
  const layers = network.layers.map(node => {
    const facts = flow.nodes.get(node.name)!
    const input = keptPositions(flow.outputs.get(node.from[0]!)!, gone)
    const output = keptPositions(flow.outputs.get(node.name)!, gone)
    for (const weight of facts.weights) {
      const kept = weight.axes.map(role => {
        if (role === '-') return undefined
        if (role === 'in') return input
        return role === 'out' ? output : expand(input, role.inEach)
      })
      if (kept.some(axis => axis !== undefined)) slices.set(weight.name, kept)
    }
    const width = output && widthField(node, facts)
    if (!output || width === undefined) return node
    if (output.length === 0) throw new Error(`layer "${node.name}" would lose its last channel`)
    return { ...node, config: { ...node.config, [width]: output.length } }
  })
  return { network: { ...network, layers }, slices }
}
