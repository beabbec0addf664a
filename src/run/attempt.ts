import type { Assignment, Ended } from './worker/protocol.js'
import type { Hooks } from './lanes/host.js'
import type { Lane } from './lanes/lane.js'

/** An attempt that runs and can be stopped. */
export interface Attempt {
  readonly ended: Promise<Ended>
  /** Asks it to stop, and ends it when it did not within the grace. */
  stop(): void
  timedOut(): boolean
}

export interface AttemptOptions extends Pick<Hooks, 'progress' | 'log' | 'resumed'> {
  readonly lane: Lane
  readonly assignment: Assignment
  /** Milliseconds; absent: none. */
  readonly timeout: number | undefined
  /** Milliseconds between being asked and being ended. */
  readonly grace: number
  readonly fresh: boolean
}

/** What a Node timer can hold; a longer one would go off at once. */
const longest = 2 ** 31 - 1

export const startAttempt = (options: AttemptOptions): Attempt => {
  const { lane, assignment, timeout, grace, fresh, progress, log, resumed } = options
  const soft = new AbortController()
  const hard = new AbortController()
  let late = false
  let last: NodeJS.Timeout | undefined
  const stop = (): void => {
    soft.abort()
    last ??= setTimeout(() => hard.abort(), grace)
  }
  const alarm =
    timeout === undefined
      ? undefined
      : setTimeout(
          () => {
            late = true
            stop()
          },
          Math.min(timeout, longest),
        )
  const ended = lane
    .run(assignment, { progress, log, resumed, soft: soft.signal, hard: hard.signal }, fresh)
    .finally(() => {
      clearTimeout(alarm)
      clearTimeout(last)
    })
  return { ended, stop, timedOut: () => late }
}
