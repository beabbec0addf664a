import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { problem, ProblemError } from '../core/problem.js'
import type { Claim, Claims } from './claims.js'
import type { FoundClaim } from './claim-file.js'
import { writeFileSafely } from './write-file.js'

/**
 * What runs and `gc` know of one another. Whoever needs something that lies in the store says so first (`hold` of an
 * open run; a result that names its objects), then waits until no sweep is on, then looks whether the thing is there.
 * A sweep lets itself be seen first and looks at what is said and named then. So either the sweep sees the need, or
 * who needs it sees the sweep, waits, and finds out what is gone: nothing is used that is swept away meanwhile.
 */
export interface Sweeps {
  /** Another one after each sweep that began: where it has not changed, nothing was swept. Empty: none ever was. */
  mark(): string
  /** True where a sweep has begun since this store was opened. */
  isNew(): boolean
  /** Resolves once no sweep is on, or at the signal. `onWait` hears of the sweep that is waited for, once. */
  over(signal?: AbortSignal, onWait?: (found: FoundClaim) => void): Promise<void>
  /** Begins a sweep; what holds the name where another is on. Throws ProblemError where the store takes no writes. */
  begin(): Promise<{ readonly claim: Claim } | { readonly held: FoundClaim }>
}

/** Milliseconds between two looks at a sweep. */
const pause = 100

export const openSweeps = (folder: string, claims: Claims): Sweeps => {
  const path = join(folder, 'swept')
  const mark = (): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  const opened = mark()

  return {
    mark,
    isNew: () => mark() !== opened,
    over: async (signal, onWait) => {
      for (let told = false; ; told = true) {
        const found = await claims.look('gc')
        if (!found || signal?.aborted) return
        if (!told) onWait?.(found)
        await sleep(pause, undefined, signal ? { signal } : {}).catch(() => undefined)
      }
    },
    begin: async () => {
      const taken = await claims.take('gc')
      if ('held' in taken) return taken
      if (!(await claims.look('gc')))
        throw new ProblemError(
          problem('gc-unseen', `gc cannot claim ${folder}: runs that go on there would not see it`, {
            hint: 'Nothing was deleted. Look at the permissions of its folder `claims`.',
          }),
        )
      try {
        await writeFileSafely(path, `${randomBytes(12).toString('hex')}\n`, { folder: join(folder, 'tmp') })
      } catch (error) {
        await taken.claim.release()
        throw error
      }
      return taken
    },
  }
}
