import { removeChannels } from '../../network/channel-groups.js'
import { describeNetwork } from '../../network/describe.js'
import { highest, lowest, range, type Figure, type ModelDescription } from '../../network/description.js'
import { sizeOf } from '../../network/layer-type.js'
import type { Network } from '../../network/network.js'
import { boundsAfter } from './bounds.js'
import { chooseUnits, firstUnits, isUniform, type Ranked } from './choose-units.js'
import { isStructured, type PruneConfig } from './fields.js'
import { targetsOf, type GroupTarget, type Targets } from './targets.js'

// Any ranking of a uniform group removes as many: zeros stand for it.
const unranked = ({ group, sparsity }: GroupTarget): Ranked => ({
  group,
  scores: new Float64Array(group.units.length),
  ...(sparsity === undefined ? {} : { sparsity }),
})

/** Weights that are not zero, after `removed` of them have gone or become zero: zeros may have been among them. */
const stillNonZero = (before: ModelDescription, removed: number, left: number): Figure => {
  const high = Math.min(highest(before.nonZero), left)
  return range(Math.max(0, Math.min(high, lowest(before.nonZero) - removed)), high)
}

/** What goes in any case, and the groups of which only a ranking tells what they lose. */
const sorted = (config: PruneConfig, groups: readonly GroupTarget[]) => {
  const isPooled = ({ sparsity }: GroupTarget) => config.scope === 'global' && sparsity === undefined
  const isOpen = (target: GroupTarget) => isPooled(target) || !isUniform(target.group)
  const settled = chooseUnits(groups.filter(target => !isOpen(target)).map(unranked), {
    ...config,
    scope: 'layer',
  })
  return { settled, open: groups.filter(isOpen), isPooled }
}

/** Every layer that a ranking may touch as wide, or as narrow, as it can end. */
const endsOf = (network: Network, { settled, open }: ReturnType<typeof sorted>) => ({
  widest: removeChannels(network, settled).network,
  narrowest: removeChannels(
    network,
    new Map([
      ...settled,
      ...open.map(({ group }) => [group.id, firstUnits(group, group.units.length)] as const),
    ]),
  ).network,
})

const narrower = (
  model: ModelDescription,
  network: Network,
  config: PruneConfig,
  groups: readonly GroupTarget[],
): ModelDescription => {
  const parts = sorted(config, groups)
  const { settled, open, isPooled } = parts
  const before = highest(model.parameters)
  if (open.length === 0) {
    const after = removeChannels(network, settled).network
    const left = highest(describeNetwork(after).parameters)
    return describeNetwork(after, {
      nonZero: stillNonZero(model, before - left, left),
      quantized: model.quantized,
      ...(model.classNames ? { classNames: model.classNames } : {}),
    })
  }
  const pool = open.filter(isPooled).reduce((sum, { group }) => sum + group.units.length, 0)
  const count = Math.round(config.sparsity * pool)
  const bounds = boundsAfter(network, settled, open, count, config.roundTo > 1)
  const [low, high] = [lowest(bounds.parameters), highest(bounds.parameters)]
  const { network: _, ...rest } = model
  return {
    ...rest,
    between: endsOf(network, parts),
    ...bounds,
    nonZero: stillNonZero(model, before - low, high),
    bytes: range(4 * low, 4 * high),
  }
}

const sparser = (
  model: ModelDescription,
  network: Network,
  config: PruneConfig,
  { weights }: Targets,
): ModelDescription => {
  let removed = 0
  let pool = 0
  for (const { weight, sparsity } of weights) {
    const size = sizeOf(weight.shape)
    if (config.scope === 'global' && sparsity === undefined) pool += size
    else removed += Math.round((sparsity ?? config.sparsity) * size)
  }
  removed += Math.round(config.sparsity * pool)
  return {
    ...describeNetwork(network, {
      nonZero: stillNonZero(model, removed, highest(model.parameters) - removed),
      quantized: model.quantized,
      ...(model.classNames ? { classNames: model.classNames } : {}),
    }),
  }
}

/**
 * The model after pruning. Widths, parameters and MACs are exact where each layer loses a share of its own; a global
 * ranking, or layers tied through concatenations, leave ranges and no network.
 */
export const describePruned = (
  model: ModelDescription,
  network: Network,
  config: PruneConfig,
  targets: Targets,
): ModelDescription =>
  isStructured(config)
    ? narrower(model, network, config, targets.groups)
    : sparser(model, network, config, targets)

const figuresBetween = (
  narrowest: ModelDescription,
  widest: ModelDescription,
  before: ModelDescription,
  name: 'parameters' | 'macs' | 'bytes',
): Figure => {
  const high = Math.min(highest(widest[name]), highest(before[name]))
  return range(Math.min(lowest(narrowest[name]), high), high)
}

/** The same where the model's own widths are not known yet: it lies between what its ends become. */
export const describeUnknown = (model: ModelDescription, config: PruneConfig): ModelDescription => {
  const unknown = { ...model, nonZero: range(0, highest(model.nonZero)) }
  if (!isStructured(config)) return unknown
  if (!model.between)
    return {
      ...unknown,
      parameters: range(0, highest(model.parameters)),
      macs: range(0, highest(model.macs)),
      bytes: range(0, highest(model.bytes)),
    }
  const endOf = (network: Network) => endsOf(network, sorted(config, targetsOf(network, config).groups))
  const { widest } = endOf(model.between.widest)
  const { narrowest } = endOf(model.between.narrowest)
  const ends = [describeNetwork(narrowest), describeNetwork(widest), model] as const
  const parameters = figuresBetween(...ends, 'parameters')
  return {
    ...unknown,
    between: { narrowest, widest },
    parameters,
    nonZero: range(0, Math.min(highest(model.nonZero), highest(parameters))),
    macs: figuresBetween(...ends, 'macs'),
    bytes: figuresBetween(...ends, 'bytes'),
  }
}
