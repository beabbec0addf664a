import type { ChannelGroup } from '../../network/channel-groups.js'
import type { WeightSpec } from '../../network/propagate.js'

/** Sums over the entries of a kernel for each index of its output axis: of |w|, or of w². */
const sumsByChannel = (spec: WeightSpec, values: ArrayLike<number>, norm: 'l1' | 'l2'): Float64Array => {
  const axis = spec.axes.indexOf('out')
  const width = spec.shape[axis]!
  const inner = spec.shape.slice(axis + 1).reduce((product, size) => product * size, 1)
  const sums = new Float64Array(width)
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!
    sums[Math.floor(at / inner) % width]! += norm === 'l1' ? Math.abs(value) : value * value
  }
  return sums
}

/**
 * Norm of each unit of a group: over all weights of its filters (Li et al. 2017, section 3.1); tied filters count as
 * one, and the layers that only pass channels on (depthwise kernels, batch normalization) do not count.
 */
export const normScores = (
  group: ChannelGroup,
  specs: readonly WeightSpec[],
  valuesOf: (name: string) => ArrayLike<number>,
  norm: 'l1' | 'l2',
): Float64Array => {
  const sums = new Map<string, Float64Array>()
  for (const layer of group.producers) {
    const kernels = specs.filter(
      spec => spec.layer === layer && spec.macsEach > 0 && spec.axes.includes('out'),
    )
    for (const spec of kernels) sums.set(layer, sumsByChannel(spec, valuesOf(spec.name), norm))
  }
  return Float64Array.from(group.units, ({ members }) => {
    let sum = 0
    for (const { layer, channel } of members) sum += sums.get(layer)?.[channel] ?? 0
    return norm === 'l1' ? sum : Math.sqrt(sum)
  })
}

/** Mean over a unit's members of a figure that each channel has. */
export const meanScores = (group: ChannelGroup, figures: ReadonlyMap<string, Float64Array>): Float64Array =>
  Float64Array.from(group.units, ({ members }) => {
    let sum = 0
    for (const { layer, channel } of members) sum += figures.get(layer)![channel]!
    return sum / members.length
  })
