import type { Fault } from '../../core/problem.js'
import { channelGroups, type ChannelGroup } from '../../network/channel-groups.js'
import { layerTypeOf } from '../../network/catalogue.js'
import type { Network } from '../../network/network.js'
import { factsOfNetwork, weightSpecs, type WeightSpec } from '../../network/propagate.js'
import { applyRules, selectLayers } from '../../network/selectors.js'
import { isStructured, type PruneConfig, type PruneRule } from './fields.js'

/** Something to prune. `sparsity`: of its own, by a rule; it then stands outside a global ranking. */
export interface GroupTarget {
  readonly group: ChannelGroup
  readonly sparsity?: number
}
export interface WeightTarget {
  readonly weight: WeightSpec
  readonly sparsity?: number
}

export interface Targets {
  /** Empty where single weights are pruned. */
  readonly groups: readonly GroupTarget[]
  /** Empty where channels are pruned. */
  readonly weights: readonly WeightTarget[]
  readonly faults: readonly Fault[]
}

const wanted = { filter: ['filters'], unit: ['units'], channel: ['filters', 'units'], weight: [] } as const

/** Groups that the granularity is about, locked ones too. */
const candidates = (network: Network, config: PruneConfig): ChannelGroup[] => {
  const { nodes } = factsOfNetwork(network)
  const widths: readonly string[] = wanted[config.granularity]
  const isWanted = new Set(
    network.layers
      .filter(node => {
        const channels = layerTypeOf(node.type).channels(node.config, nodes.get(node.name)!.inputShapes)
        return channels.kind === 'makes' && widths.includes(channels.width)
      })
      .map(({ name }) => name),
  )
  return channelGroups(network).filter(({ producers }) =>
    // A filter tied to a unit is neither alone: only `channel` takes both.
    producers.every(name => isWanted.has(name) || name === 'input'),
  )
}

/** The rule of a group: that of its layers, which must not contradict each other. */
const ruleOf = (
  group: ChannelGroup,
  byLayer: ReadonlyMap<string, PruneRule>,
): PruneRule | Fault | undefined => {
  const rules = [
    ...new Set(group.producers.map(name => byLayer.get(name)).filter(rule => rule !== undefined)),
  ]
  const excluding = rules.find(rule => rule.exclude)
  if (excluding) return excluding
  const shares = [...new Set(rules.map(rule => rule.sparsity))]
  if (shares.length < 2) return rules[0]
  return {
    code: 'tied-layers',
    message: `layers ${group.producers.join(', ')} lose the same channels, and rules give them ${shares.join(' and ')}`,
    path: ['rules'],
    hint: 'Give them one sparsity.',
  }
}

const ruleFaults = (network: Network, config: PruneConfig, prunable: ReadonlyMap<string, string>): Fault[] =>
  (config.rules ?? []).flatMap((rule, index) => {
    const path = ['rules', index] as const
    const { layers } = selectLayers(rule.layers, network)
    const faults: Fault[] = []
    if (rule.exclude === undefined && rule.sparsity === undefined)
      faults.push({
        code: 'rule-says-nothing',
        message: 'this rule changes nothing',
        path,
        hint: 'Give it `sparsity: …` or `exclude: true`.',
      })
    if (!rule.exclude && layers.length > 0 && layers.every(name => prunable.get(name) !== ''))
      faults.push({
        code: 'rule-touches-nothing',
        message: `no ${config.granularity} of ${layers.slice(0, 3).join(', ')}${layers.length > 3 ? ' …' : ''} can be removed`,
        path: [...path, 'layers'],
        hint: prunable.get(layers[0]!) ?? `Granularity ${config.granularity} does not touch such a layer.`,
      })
    return faults
  })

const nothing = (config: PruneConfig, reasons: readonly string[]): Fault => ({
  code: 'nothing-to-prune',
  message: `the model has no ${config.granularity} that can be removed`,
  path: ['granularity'],
  ...(reasons.length > 0 ? { hint: reasons.join('; ') } : {}),
})

const isFault = (value: PruneRule | Fault): value is Fault => 'code' in value

/** What a config prunes of a network, with the rules applied; paths of faults start at the step. */
export const targetsOf = (network: Network, config: PruneConfig): Targets => {
  const { byLayer, faults: unmatched } = applyRules(config.rules, network)
  const faults: Fault[] = [...unmatched]
  // By layer: '' where it can be pruned, else why not.
  const prunable = new Map<string, string>()
  const groups: GroupTarget[] = []
  const weights: WeightTarget[] = []
  if (isStructured(config)) {
    for (const group of candidates(network, config)) {
      const why =
        group.locked === undefined
          ? ''
          : `The channels of ${group.producers.join(', ')} must stay: ${group.locked}.`
      for (const name of group.producers) prunable.set(name, why)
      if (why !== '') continue
      const rule = ruleOf(group, byLayer)
      if (rule && isFault(rule)) faults.push(rule)
      else if (!rule?.exclude)
        groups.push({ group, ...(rule?.sparsity === undefined ? {} : { sparsity: rule.sparsity }) })
    }
  } else
    for (const weight of weightSpecs(network)) {
      if (weight.macsEach === 0) continue
      prunable.set(weight.layer, '')
      const rule = byLayer.get(weight.layer)
      if (!rule?.exclude)
        weights.push({ weight, ...(rule?.sparsity === undefined ? {} : { sparsity: rule.sparsity }) })
    }
  faults.push(...ruleFaults(network, config, prunable))
  if (![...prunable.values()].includes('')) faults.push(nothing(config, [...new Set(prunable.values())]))
  else if (groups.length + weights.length === 0 && faults.length === 0)
    faults.push(nothing(config, ['The rules exclude every layer.']))
  return { groups, weights, faults }
}
