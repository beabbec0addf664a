import type { Checkpoint, CheckpointArray, Moment } from '../core/checkpoint.js'
import type { EpochRecord } from './fit.js'
import type { OptimizerState } from './optimizer.js'
import type { Totals } from './scores.js'

type Weights = ReadonlyMap<string, Float32Array>

/** How far an epoch is that has begun. */
export interface Within {
  /** Batches done. */
  readonly batches: number
  /** Loss and scores over these. */
  readonly totals: Totals
}

/**
 * All that training needs in order to go on from between two steps. Its random streams are named by epoch and batch, so
 * they need no state; neither do schedules, which are functions of the step, nor quantized formats, which follow from
 * the weights.
 */
export interface FitState {
  /** Epochs done. */
  readonly epoch: number
  /** Epochs in all. */
  readonly epochs: number
  readonly steps: number
  /** Absent: between two epochs. */
  readonly within?: Within
  /** It stopped early: no further epoch begins. */
  readonly stopped: boolean
  /** All of the network's, the moving averages of its normalizations too. */
  readonly weights: Weights
  /** The objective's own variables. */
  readonly extra: Weights
  readonly slots: OptimizerState
  readonly history: readonly EpochRecord[]
  /** The best epoch so far, where there is early stopping; its weights where they are to be restored. */
  readonly best?: { readonly epoch: number; readonly value: number; readonly weights?: Weights }
}

/** Keeps states of a training, from which it can go on. */
export interface Keeper {
  /** Asked after every step and every epoch. */
  isDue(moment: Moment): boolean
  keep(state: FitState): Promise<void>
}

interface Plain {
  readonly stopped: boolean
  readonly history: readonly EpochRecord[]
  readonly best?: { readonly epoch: number; readonly restores: boolean }
  readonly within?: { readonly batches: number; readonly names: readonly string[] }
}

/** Sums that are no finite numbers do not survive JSON: they lie in an array. */
const tallied = (totals: Totals): Float64Array =>
  Float64Array.from(Object.values(totals).flatMap(({ sum, count }) => [sum, count]))

const groups = ['weights', 'extra', 'slots', 'best'] as const
type Group = (typeof groups)[number]

/** A state as a checkpoint: every array under its group's name. */
export const toCheckpoint = (state: FitState): Checkpoint => {
  const { epoch, epochs, steps, stopped, history, best, within } = state
  const arrays = new Map<string, CheckpointArray>()
  const put = (group: Group, values: Weights | undefined): void => {
    for (const [name, array] of values ?? []) arrays.set(`${group}/${name}`, array)
  }
  put('weights', state.weights)
  put('extra', state.extra)
  put('slots', state.slots)
  put('best', best?.weights)
  if (best) arrays.set('bestValue', Float64Array.of(best.value))
  if (within) arrays.set('totals', tallied(within.totals))
  const plain: Plain = {
    stopped,
    history,
    ...(best ? { best: { epoch: best.epoch, restores: best.weights !== undefined } } : {}),
    ...(within ? { within: { batches: within.batches, names: Object.keys(within.totals) } } : {}),
  }
  return { moment: { epoch, epochs, step: steps }, state: plain, arrays }
}

const groupOf = (arrays: Checkpoint['arrays'], group: Group): Map<string, Float32Array> =>
  new Map(
    [...arrays]
      .filter(([name]) => name.startsWith(`${group}/`))
      .map(([name, array]) => [name.slice(group.length + 1), array as Float32Array]),
  )

/** The state that a checkpoint was made of. */
export const fromCheckpoint = ({ moment, state, arrays }: Checkpoint): FitState => {
  const { stopped, history, best, within } = state as Plain
  const sums = arrays.get('totals') ?? []
  const totals = within?.names.map((name, at) => [name, { sum: sums[2 * at]!, count: sums[2 * at + 1]! }])
  return {
    epoch: moment.epoch!,
    epochs: moment.epochs!,
    steps: moment.step!,
    stopped,
    history,
    weights: groupOf(arrays, 'weights'),
    extra: groupOf(arrays, 'extra'),
    slots: groupOf(arrays, 'slots'),
    ...(best
      ? {
          best: {
            epoch: best.epoch,
            value: arrays.get('bestValue')![0]!,
            ...(best.restores ? { weights: groupOf(arrays, 'best') } : {}),
          },
        }
      : {}),
    ...(within && totals
      ? { within: { batches: within.batches, totals: Object.fromEntries(totals) as Totals } }
      : {}),
  }
}
