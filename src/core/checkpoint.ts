import { parseDuration, parseMoment } from './units.js'

/**
 * How often a step keeps a checkpoint: after so many epochs or steps, or once so many milliseconds have passed. It
 * changes no bit of what the step makes, and never enters its key.
 */
export type Rhythm =
  { readonly unit: 'epoch' | 'step' | 'ms'; readonly every: number } | { readonly unit: 'never' }

/** `every 1 epoch`, `every 500 steps`, `every 10m`, `never`; undefined where the text is none of these. */
export const parseRhythm = (text: string): Rhythm | undefined => {
  if (text === 'never') return { unit: 'never' }
  const stretch = /^every\s+(.*)$/.exec(text)?.[1]
  if (stretch === undefined) return undefined
  const moment = parseMoment(stretch)
  if (moment)
    return Number.isInteger(moment.count) && moment.count > 0
      ? { unit: moment.unit, every: moment.count }
      : undefined
  const milliseconds = parseDuration(stretch)
  return milliseconds === undefined ? undefined : { unit: 'ms', every: milliseconds }
}

/** How far a step is. A member that means nothing to it is absent. */
export interface Moment {
  /** Epochs done. */
  readonly epoch?: number
  /** Epochs in all. */
  readonly epochs?: number
  /** Steps (batches) done in all. */
  readonly step?: number
}

/** `step 130, 3 of 10 epochs done`: where a checkpoint stands, for people. */
export const momentText = ({ epoch, epochs, step }: Moment): string => {
  const done = epochs === undefined ? `${epoch} epochs done` : `${epoch} of ${epochs} epochs done`
  const parts = [step === undefined ? '' : `step ${step}`, epoch === undefined ? '' : done]
  return parts.filter(part => part !== '').join(', ') || 'a checkpoint'
}

/** Arrays that a checkpoint may hold. */
export const checkpointArrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
} as const

export type CheckpointArray =
  Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array

/** All that a step needs in order to go on from a moment to the same bits. */
export interface Checkpoint {
  readonly moment: Moment
  /** Plain JSON: what is no array. Numbers come back as they were, but for those that are not finite. */
  readonly state: unknown
  readonly arrays: ReadonlyMap<string, CheckpointArray>
}

/** A step's own checkpoints: those of its very key, so that config, inputs, seed and engine are the same. */
export interface Checkpoints {
  /** False where the recipe says `checkpoint: never`: nothing is read, nothing is kept. */
  readonly enabled: boolean
  /** The newest whole one; undefined where there is none. A damaged one is passed over, and a warning says so. */
  load(): Promise<Checkpoint | undefined>
  /** Is it time for one? To be asked at every moment from which the step could go on. */
  isDue(moment: Moment): boolean
  /** Keeps one beside the last. Where the disk does not take it, one warning says so and the step goes on. */
  save(checkpoint: Checkpoint): Promise<void>
}

/** Of a step that keeps none. */
export const noCheckpoints: Checkpoints = {
  enabled: false,
  load: () => Promise.resolve(undefined),
  isDue: () => false,
  save: () => Promise.resolve(),
}
