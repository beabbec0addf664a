import type { Problem } from '../../core/problem.js'
import { isPassing, problemIn } from './remote-problem.js'
import type { Remote } from './remote.js'

/** The connection to a remote while a command lasts: what it came to, and whether it is still worth asking. */
export interface Line {
  readonly remote: Remote
  /** True once nothing is asked of it any more. */
  isDown(): boolean
  /** Resolves when it goes down. */
  readonly down: Promise<void>
  /** Keeps a warning. */
  note(problem: Problem): void
  /** What a call threw: kept, and the end of asking where more of the same would follow. Throws on a bug of ours. */
  failed(error: unknown): Problem
  /** A call came through. */
  succeeded(): void
  /** A transfer, which may keep short questions waiting. */
  moving<T>(work: () => Promise<T>): Promise<T>
  /** Is a transfer under way? */
  isMoving(): boolean
  /** Nothing is asked any more; for the reason that is given, if one is. */
  giveUp(problem?: Problem): void
  problems(): readonly Problem[]
}

/** Failures in a row, of requests that the SDK has tried three times each, after which a server is left alone. */
const most = 5

const asWarning = (found: Problem): Problem => ({ ...found, severity: 'warning' })

export const makeLine = (remote: Remote): Line => {
  const found = new Map<string, Problem>()
  let isDown = false
  let row = 0
  let transfers = 0
  let wake = (): void => undefined
  const down = new Promise<void>(resolve => (wake = resolve))

  const note = (problem: Problem): void => {
    const identity = `${problem.code} ${problem.message}`
    if (!found.has(identity)) found.set(identity, asWarning(problem))
  }
  const giveUp = (problem?: Problem): void => {
    if (isDown) return
    isDown = true
    if (problem) note(problem)
    remote.close()
    wake()
  }
  return {
    remote,
    isDown: () => isDown,
    down,
    note,
    giveUp,
    failed: error => {
      const problem = problemIn(error)
      if (!problem) throw error
      // What was under way when it was given up ended for that reason, which was told.
      if (isDown) return problem
      row++
      const isWhole = /^remote-(?:unreachable|refused|missing)$/.test(problem.code)
      if (isWhole || (isPassing(problem) && row >= most)) giveUp(problem)
      else note(problem)
      return problem
    },
    succeeded: () => void (row = 0),
    moving: async work => {
      transfers++
      try {
        return await work()
      } finally {
        transfers--
      }
    },
    isMoving: () => transfers > 0,
    problems: () => [...found.values()],
  }
}
