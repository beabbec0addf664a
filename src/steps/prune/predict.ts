import { removeChannels } from '../../network/channel-groups.js'
import { describeNetwork } from '../../network/describe.js'
import { highest, lowest, range, type Figure, type ModelDescription } from '../../network/description.js'
import { sizeOf } from '../../network/layer-type.js'
import type { Network } from '../../network/network.js'
import { boundsAfter } from './bounds.js'
import { chooseUnits, isUniform, type Ranked } from './choose-units.js'
import { isStructured, type PruneConfig } from './fields.js'
import type { GroupTarget, Targets } from './targets.js'

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

const narrower = (
  model: ModelDescription,
  network: Network,
  config: PruneConfig,
  groups: readonly GroupTarget[],
): ModelDescription => {
  const isPooled = ({ sparsity }: GroupTarget) => config.scope === 'global' && sparsity === undefined
  const isOpen = (target: GroupTarget) => isPooled(target) || !isUniform(target.group)
  const settled = chooseUnits(groups.filter(target => !isOpen(target)).map(unranked), {
    ...config,
    scope: 'layer',
  })
  const open = groups.filter(isOpen)
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
    widest: removeChannels(network, settled).network,
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

/** The same where the model's own network is not known yet: figures can only fall. */
export const describeUnknown = (model: ModelDescription, config: PruneConfig): ModelDescription => ({
  ...model,
  nonZero: range(0, highest(model.nonZero)),
  ...(isStructured(config)
    ? {
        parameters: range(0, highest(model.parameters)),
        macs: range(0, highest(model.macs)),
        bytes: range(0, highest(model.bytes)),
      }
    : {}),
})
