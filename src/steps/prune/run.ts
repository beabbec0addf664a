import { fail, problem, ProblemError } from '../../core/problem.js'
import type { RunStep, StepContext, StepFile } from '../../core/step-file.js'
import { openDataset } from '../../data/open.js'
import { openEngine } from '../../engine/open.js'
import type { Model } from '../../model/model.js'
import { toFloat } from '../../model/quantization.js'
import { loadModel, storeModel } from '../../model/store-model.js'
import { maskWeights, removeFromModel } from '../../model/surgery.js'
import { weightSpecs } from '../../network/propagate.js'
import { chooseUnits, type Ranked } from './choose-units.js'
import { chooseWeights } from './choose-weights.js'
import { isStructured, type PruneConfig } from './fields.js'
import { activationFigures, evenly } from './run-activations.js'
import { meanScores, normScores } from './scores.js'
import { targetsOf, type GroupTarget, type WeightTarget } from './targets.js'

type Step = StepFile<PruneConfig>

interface Pruned {
  readonly model: Model
  readonly record: Readonly<Record<string, unknown>>
  readonly notes: readonly string[]
}

const refuseUnfit = (model: Model): void => {
  if (model.weights.some(({ quantization }) => quantization))
    fail(
      'already-quantized',
      'the weights of the model are integers',
      'Prune the float model that it was made from, and quantize the result.',
    )
  const broken = model.weights.filter(({ data }) => !data.every(Number.isFinite))
  if (broken.length > 0)
    fail(
      'weight-not-finite',
      `${broken.map(({ name }) => `"${name}"`).join(', ')} hold values that are not finite, so they cannot be ranked`,
      'The training that made the model diverged: lower its learning rate or clip its gradients.',
    )
}

const measured = async (
  step: Step,
  context: StepContext,
  model: Model,
  layers: readonly string[],
): Promise<ReadonlyMap<string, Float64Array>> => {
  const { method, norm, examples } = step.config
  if (method === 'magnitude') return new Map()
  const input = step.inputs['data']?.[0]
  const dataset = input && (await openDataset(input.artifact, digest => context.open(digest)))
  const split = dataset?.split('train')
  if (!split) return fail('prune-data', 'there is no split `train` to measure activations on')
  const count = examples ?? split.count
  if (count > split.count)
    return fail(
      'prune-examples',
      `activations are asked for on ${count} examples, and the split \`train\` has ${split.count}`,
      `Ask for at most ${split.count}.`,
    )
  await openEngine(step.engine.name, { threads: () => context.threads() })
  return activationFigures(model, layers, evenly(split, count), { method, norm }, context)
}

const narrowed = async (
  step: Step,
  context: StepContext,
  model: Model,
  targets: readonly GroupTarget[],
): Promise<Pruned> => {
  const { config } = step
  const specs = weightSpecs(model.network)
  const values = new Map(model.weights.map(({ name, data }) => [name, data]))
  const figures = await measured(
    step,
    context,
    model,
    targets.flatMap(({ group }) => group.producers),
  )
  const ranked = targets.map(({ group, sparsity }): Ranked => ({
    group,
    scores:
      config.method === 'magnitude'
        ? normScores(group, specs, name => values.get(name)!, config.norm)
        : meanScores(group, figures),
    ...(sparsity === undefined ? {} : { sparsity }),
  }))
  const removal = chooseUnits(ranked, config)
  const layers = targets.map(({ group }) => ({
    layers: group.producers,
    before: group.units.length,
    after: group.units.length - removal.get(group.id)!.length,
    removed: removal.get(group.id)!,
  }))
  const wanted = Math.round(config.sparsity * layers.reduce((sum, { before }) => sum + before, 0))
  const gone = layers.reduce((sum, { before, after }) => sum + before - after, 0)
  const hasOwn = targets.some(({ sparsity }) => sparsity !== undefined)
  return {
    model: removeFromModel(model, removal),
    record: { removed: layers },
    notes:
      config.scope === 'global' && !hasOwn && gone < wanted
        ? [
            `${gone} channels were removed, not ${wanted}: each layer keeps one, and widths are rounded up to multiples of ${config.roundTo}`,
          ]
        : [],
  }
}

const masked = ({ config }: Step, model: Model, targets: readonly WeightTarget[]): Pruned => {
  const byName = new Map(model.weights.map(weight => [weight.name, weight]))
  const masks = chooseWeights(
    targets.map(({ weight: { name }, sparsity }) => {
      const mask = model.marks.masks.get(name)
      return {
        name,
        values: toFloat(byName.get(name)!),
        ...(mask ? { mask } : {}),
        ...(sparsity === undefined ? {} : { sparsity }),
      }
    }),
    config,
  )
  const rows = [...masks].map(([weight, mask]) => ({
    weight,
    before: mask.length,
    after: mask.reduce((sum, kept) => sum + kept, 0),
  }))
  const empty = rows.filter(({ after }) => after === 0).map(({ weight }) => `"${weight}"`)
  return {
    model: maskWeights(model, masks),
    record: { kept: rows },
    notes: [
      'removed weights are zeros in the same file: they gain compressed bytes, not time',
      ...(empty.length > 0 ? [`nothing is left of ${empty.join(', ')}`] : []),
    ],
  }
}

/** Prunes the model of the port `model`. */
export const run: RunStep<PruneConfig> = async (step, context) => {
  const model = await loadModel(step.inputs['model']![0]!.artifact, digest => context.open(digest))
  refuseUnfit(model)
  const { groups, weights, faults } = targetsOf(model.network, step.config)
  if (faults.length > 0)
    throw new ProblemError(
      ...faults.map(({ code, message, hint }) => problem(code, message, hint === undefined ? {} : { hint })),
    )
  const pruned = isStructured(step.config)
    ? await narrowed(step, context, model, groups)
    : masked(step, model, weights)
  return {
    outputs: { model: await storeModel(pruned.model, bytes => context.put(bytes)) },
    record: pruned.record,
    notes: pruned.notes,
  }
}
