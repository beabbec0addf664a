import { removeChannels, type Removal } from '../../network/channel-groups.js'
import { describeNetwork } from '../../network/describe.js'
import { highest, range, type Figure } from '../../network/description.js'
import type { Network } from '../../network/network.js'
import { firstUnits, isUniform } from './choose-units.js'
import type { GroupTarget } from './targets.js'

type Name = 'parameters' | 'macs'
type Figures = Readonly<Record<Name, number>>

const figuresOf = (network: Network, removal: Removal): Figures => {
  const { parameters, macs } = describeNetwork(removeChannels(network, removal).network)
  return { parameters: highest(parameters), macs: highest(macs) }
}

/**
 * Between what a network's figures lie after `count` units have gone from these groups, wherever a ranking takes
 * them. Low: every group as narrow as it can get. High: a figure rises with every width, so a unit saves least where
 * all others have gone already; the cheapest savings are taken. Where the groups' units differ, or `isRounded` gives
 * some back, none of the savings is sure. `settled` goes in any case.
 */
export const boundsAfter = (
  network: Network,
  settled: Removal,
  open: readonly GroupTarget[],
  count: number,
  isRounded: boolean,
): Readonly<Record<Name, Figure>> => {
  const isSure = !isRounded && open.every(({ group }) => isUniform(group))
  const most = new Map(
    open.map(({ group }) => [group.id, firstUnits(group, isSure ? count : group.units.length)] as const),
  )
  const at = (removal: Removal): Figures => figuresOf(network, new Map([...settled, ...removal]))
  const widest = at(new Map())
  const narrowest = at(most)
  const savings = isSure
    ? [...most]
        .filter(([, units]) => units.length > 0)
        .map(([id, units]) => ({ count: units.length, wider: at(new Map([...most, [id, units.slice(1)]])) }))
    : []
  const bound = (name: Name): Figure => {
    let left = count
    let high = widest[name]
    const cheapest = savings
      .map(({ count, wider }) => ({ count, saved: wider[name] - narrowest[name] }))
      .sort((a, b) => a.saved - b.saved)
    for (const { count, saved } of cheapest) {
      const here = Math.min(count, left)
      high -= here * saved
      left -= here
    }
    return range(narrowest[name], high)
  }
  return { parameters: bound('parameters'), macs: bound('macs') }
}
