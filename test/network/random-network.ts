import type { Random } from '../../src/core/random.js'
import { channelGroups, type Removal } from '../../src/network/channel-groups.js'
import { resolveNetwork } from '../../src/network/architecture.js'
import type { Network } from '../../src/network/network.js'

type Shape = readonly number[]
interface Made {
  readonly name: string
  readonly shape: Shape
}

/** A random small image network with branches, merges and every layer that channels flow through. */
export const randomNetwork = (random: Random, depth = 8): Network => {
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!
  const layers: Record<string, unknown>[] = []
  const made: Made[] = []
  const used = new Set<string>()
  const put = (type: string, config: object, from: readonly Made[], shape: Shape): Made => {
    const name = `n${layers.length}`
    for (const { name } of from) used.add(name)
    layers.push({ [type]: { ...config, name, from: from.map(({ name }) => name) } })
    const node = { name, shape }
    made.push(node)
    return node
  }
  const input: Made = { name: 'input', shape: [4, 3, 2] }
  const convolve = (from: Made, filters = 1 + random.below(4)) =>
    put(
      'conv2d',
      {
        filters,
        kernelSize: 1 + random.below(2),
        padding: 'same',
        activation: pick(['relu', 'linear', 'sigmoid']),
        useBias: pick([true, false]),
      },
      [from],
      [...from.shape.slice(0, 2), filters],
    )
  const same = (type: string, config: object) => (from: Made) => put(type, config, [from], from.shape)
  const channels = (from: Made): number => from.shape[2]!
  const twins = (from: Made): readonly Made[] =>
    [...made].filter(({ shape, name }) => shape.join() === from.shape.join() && name !== from.name)
  const merge = (type: string) => (from: Made) => {
    const others = twins(from)
    const other = others.length > 0 ? pick(others) : convolve(from, channels(from))
    return put(type, {}, [from, other], from.shape)
  }
  const steps: ((from: Made) => Made)[] = [
    convolve,
    convolve,
    same('batchNormalization', {}),
    same('batchNormalization', { scale: false }),
    same('batchNormalization', { axis: 3 }),
    same('activation', { activation: 'tanh' }),
    same('prelu', {}),
    same('prelu', { sharedAxes: [1, 2] }),
    same('layerNormalization', {}),
    same('softmax', {}),
    same('permute', { dims: [1, 2, 3] }),
    same('maxPooling2d', { poolSize: 2, strides: 1, padding: 'same' }),
    same('averagePooling2d', { poolSize: 2, strides: 1, padding: 'same' }),
    same('dropout', { rate: 0.5 }),
    from => put('reshape', { targetShape: from.shape }, [from], from.shape),
    merge('add'),
    merge('add'),
    merge('multiply'),
    merge('maximum'),
    merge('average'),
    from => {
      const others = made.filter(({ shape }) => shape[0] === from.shape[0] && shape[1] === from.shape[1])
      const other = others.length > 0 ? pick(others) : convolve(from)
      return put(
        'concatenate',
        {},
        [from, other],
        [...from.shape.slice(0, 2), channels(from) + channels(other)],
      )
    },
    from => {
      const depthMultiplier = 1 + random.below(2)
      return put(
        'depthwiseConv2d',
        { kernelSize: 2, padding: 'same', depthMultiplier },
        [from],
        [...from.shape.slice(0, 2), channels(from) * depthMultiplier],
      )
    },
    from =>
      put(
        'separableConv2d',
        { kernelSize: 2, padding: 'same', filters: 3, depthMultiplier: 1 + random.below(2) },
        [from],
        [...from.shape.slice(0, 2), 3],
      ),
    from =>
      put(
        'conv2dTranspose',
        { kernelSize: 2, padding: 'same', filters: 2 },
        [from],
        [...from.shape.slice(0, 2), 2],
      ),
  ]
  let last = convolve(input)
  for (let step = 0; step < depth; step++) last = pick(steps)(random.below(4) === 0 ? pick(made) : last)
  // Every end is gathered, flattened or pooled, for the last layers.
  const ends = made
    .filter(({ name }) => !used.has(name))
    .map(end =>
      random.below(2) === 0
        ? put('flatten', {}, [end], [end.shape.reduce((a, b) => a * b, 1)])
        : put('globalAveragePooling2d', {}, [end], [channels(end)]),
    )
  const joined =
    ends.length === 1
      ? ends[0]!
      : put('concatenate', {}, ends, [ends.reduce((sum, { shape }) => sum + shape[0]!, 0)])
  const hidden = put('dense', { units: 4, activation: 'relu' }, [joined], [4])
  put('dense', { units: 3, activation: 'softmax' }, [hidden], [3])
  const { network, faults } = resolveNetwork({ layers }, input.shape)
  if (!network) throw new Error(JSON.stringify({ layers, faults }))
  return network
}

/** Units to remove at random, such that every layer keeps a channel. */
export const randomRemoval = (network: Network, random: Random): Removal => {
  const removal = new Map<string, number[]>()
  for (const { id, producers, units, locked } of channelGroups(network)) {
    if (locked !== undefined) continue
    const left = new Map(producers.map(name => [name, 0]))
    for (const { members } of units) for (const { layer } of members) left.set(layer, left.get(layer)! + 1)
    const gone: number[] = []
    units.forEach(({ members }, unit) => {
      if (random.below(2) === 0) return
      const takes = new Map<string, number>()
      for (const { layer } of members) takes.set(layer, (takes.get(layer) ?? 0) + 1)
      if ([...takes].some(([layer, count]) => left.get(layer)! - count < 1)) return
      for (const [layer, count] of takes) left.set(layer, left.get(layer)! - count)
      gone.push(unit)
    })
    removal.set(id, gone)
  }
  return removal
}
