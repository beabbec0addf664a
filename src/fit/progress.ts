import type { Progress } from '../core/event.js'

/** Tells how far training is. The clock serves this alone: no result depends on it. */
export interface Watch {
  batch(epoch: number, count: number, loss: number, metrics: Readonly<Record<string, number>>): void
}

/** `before`: examples that were seen before it began, where training goes on. */
export const createWatch = (
  emit: (progress: Progress) => void,
  epochs: number,
  examplesPerEpoch: number,
  before: number,
): Watch => {
  const started = performance.now()
  let seen = 0
  return {
    batch: (epoch, count, loss, metrics) => {
      seen += count
      const seconds = (performance.now() - started) / 1000
      const left = epochs * examplesPerEpoch - before - seen
      emit({
        phase: `epoch ${epoch}/${epochs}`,
        done: (before + seen) / (epochs * examplesPerEpoch),
        epoch,
        epochs,
        loss,
        metrics,
        imagesPerSecond: seconds > 0 ? seen / seconds : 0,
        secondsLeft: seconds > 0 && seen > 0 ? (left * seconds) / seen : 0,
      })
    },
  }
}
