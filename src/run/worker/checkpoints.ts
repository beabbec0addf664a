import type { Key } from '../../core/brand.js'
import { noCheckpoints, type Checkpoints, type Moment, type Rhythm } from '../../core/checkpoint.js'
import { ProblemError } from '../../core/problem.js'
import type { StepContext } from '../../core/step-file.js'
import type { StoredCheckpoints } from '../../store/checkpoints.js'

/** Milliseconds between two checkpoints where the recipe says nothing. */
const usual = 30_000
/** They are further apart where writing one is slow, so that it takes no more than this share of the time. */
const share = 0.02

export interface CheckpointOptions {
  readonly stored: StoredCheckpoints
  readonly key: Key
  /** Absence: by time, as often as it costs next to nothing. */
  readonly rhythm: Rhythm | undefined
  readonly log: StepContext['log']
  readonly resumed: (from: Moment) => void
}

/** Has a multiple of `every` been reached since? */
const passed = (every: number, before: number | undefined, now: number | undefined): boolean =>
  now !== undefined && Math.floor(now / every) > Math.floor((before ?? 0) / every)

/** A step's checkpoints. When one is written may depend on the clock; what is in it never does. */
export const checkpointsOf = ({ stored, key, rhythm, log, resumed }: CheckpointOptions): Checkpoints => {
  if (rhythm?.unit === 'never') return noCheckpoints
  let last: Moment = {}
  let saved = performance.now()
  let cost = 0
  let refused = false

  const isTime = (): boolean => {
    const since = performance.now() - saved
    return since >= (rhythm ? rhythm.every : Math.max(usual, cost / share))
  }
  return {
    enabled: true,
    load: async () => {
      const { checkpoint, problems } = await stored.read(key)
      for (const { message, hint } of problems) log('warning', hint ? `${message}. ${hint}` : message)
      if (!checkpoint) return undefined
      last = checkpoint.moment
      resumed(checkpoint.moment)
      return checkpoint
    },
    isDue: moment => {
      const before = last
      last = moment
      if (rhythm?.unit === 'epoch') return passed(rhythm.every, before.epoch, moment.epoch)
      if (rhythm?.unit === 'step') return passed(rhythm.every, before.step, moment.step)
      return isTime()
    },
    save: async checkpoint => {
      const began = performance.now()
      try {
        await stored.write(key, checkpoint)
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        // It is tried again when the next is due: the disk may have room by then. It is told once.
        if (!refused) log('warning', `no checkpoint is kept: ${error.message}`)
        refused = true
      }
      saved = performance.now()
      cost = saved - began
    },
  }
}
