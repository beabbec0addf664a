import { fail } from '../../core/problem.js'

/** As it begins, and how many finite steps it takes to double it: those of Keras (`LossScaleOptimizer`). */
const first = 2 ** 15
const untilGrowth = 2000

/** What stays of it from step to step, and in checkpoints: the scale, finite steps since it last changed, skipped steps in all. */
const places = { scale: 0, finite: 1, skipped: 2 } as const

/** Under which name it lies beside what the optimizer remembers. No weight has a name without a slash. */
export const lossScaleSlot = 'lossScale'

/**
 * The dynamic loss scale of training in float16 (Micikevicius et al. 2018, section 3.2), whose gradients would else fall
 * below its smallest number: powers of 2, so that it rounds nothing. A step whose gradients overflow is skipped, and the
 * scale halved; it is doubled after 2,000 finite steps.
 */
export interface LossScaling {
  readonly scale: number
  readonly skipped: number
  /** Hears whether a step's gradients were finite. Throws ProblemError (`training-diverged`) where no scale helps. */
  hear(finite: boolean): void
  /** For checkpoints. */
  state(): Float32Array
}

/** `from` is what `state` gave; absent: a training that begins. */
export const createLossScaling = (from?: Float32Array): LossScaling => {
  const state = from?.slice() ?? Float32Array.of(first, 0, 0)
  return {
    get scale() {
      return state[places.scale]!
    },
    get skipped() {
      return state[places.skipped]!
    },
    hear: finite => {
      if (finite) {
        if (++state[places.finite]! < untilGrowth) return
        state[places.scale]! *= 2
      } else {
        if (state[places.scale]! <= 1)
          fail(
            'training-diverged',
            'gradients are not finite in float16, with the loss no longer scaled up',
            'Use `mixedPrecision: bfloat16`, whose range is that of float32, lower the learning rate, or look for values in the data that are far too large.',
          )
        state[places.scale]! /= 2
        state[places.skipped]!++
      }
      state[places.finite] = 0
    },
    state: () => state.slice(),
  }
}
