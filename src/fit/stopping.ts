/** When to stop training, and which weights to keep. */
export interface EarlyStopping {
  /** `loss` or a score, on validation. */
  readonly monitor: string
  /** Epochs without improvement before it stops. */
  readonly patience: number
  /** What counts as an improvement: more than this. */
  readonly minDelta: number
  /** Ends with the weights of the best epoch, whether or not it stopped early. */
  readonly restoreBest: boolean
}

/** Everything but an error or a loss is better when higher. */
const higherIsBetter = (monitor: string): boolean => !/loss|error|similarity/i.test(monitor)

export interface Stopper {
  /** Judges an epoch (counted from 1): is it the best so far, and is it time to stop? */
  judge(epoch: number, value: number): { readonly best: boolean; readonly stop: boolean }
  readonly bestEpoch: number
  readonly best: number | undefined
  restore(best: number | undefined, bestEpoch: number): void
}

export const createStopper = ({ monitor, patience, minDelta }: EarlyStopping): Stopper => {
  const sign = higherIsBetter(monitor) ? 1 : -1
  let best: number | undefined
  let bestEpoch = 0
  return {
    judge: (epoch, value) => {
      const better = best === undefined ? Number.isFinite(value) : sign * (value - best) > minDelta
      if (better) {
        best = value
        bestEpoch = epoch
      }
      return { best: better, stop: epoch - bestEpoch >= Math.max(1, patience) }
    },
    get best() {
      return best
    },
    get bestEpoch() {
      return bestEpoch
    },
    restore: (value, epoch) => {
      best = value
      bestEpoch = epoch
    },
  }
}
