import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Digest, InstanceId, Key } from '../core/brand.js'
import type { FoundClaim } from '../store/claim-file.js'
import type { OpenRun, Store } from '../store/store.js'
import type { Reporter } from './reporter.js'

/** Another run makes it. `over`: resolves when that has ended, well or not, or at the signal; the instance is tried again then. */
export interface ByAnother {
  readonly type: 'by-another'
  over(signal: AbortSignal): Promise<void>
}

/** Milliseconds between two looks at what another run makes: the first, and what it grows to. */
const [soonest, latest] = [250, 1000]

export interface OtherRunsOptions {
  readonly store: Store
  readonly run: Pick<OpenRun, 'id' | 'hold'>
  readonly reporter: Reporter
  readonly signal: AbortSignal
}

/** What runs of other processes on the same store mean to this one. */
export interface OtherRuns {
  /** Makes a key while no other run does; says so, and comes back at once, where one does. */
  alone<T>(instance: InstanceId, key: Key, make: () => Promise<T>): Promise<T | ByAnother>
  /** Says that these are needed, and waits out a `gc` that may not have heard it. What is there afterwards stays. */
  hold(needed: Iterable<Key | Digest>): Promise<void>
  /** Waits until no `gc` is on. */
  unswept(): Promise<void>
}

export const makeOtherRuns = ({ store, run, reporter, signal }: OtherRunsOptions): OtherRuns => {
  /** The claims that were told of, so that each is told of once. */
  const told = new Map<InstanceId, string>()

  const tell = (instance: InstanceId, { identity, holder }: FoundClaim): void => {
    if (told.get(instance) === identity) return
    told.set(instance, identity)
    reporter.say({
      type: 'waits',
      instance,
      ...(holder ? { pid: holder.pid, host: holder.hostname } : {}),
      ...(holder?.run === undefined ? {} : { run: holder.run }),
    })
  }

  const over = async (key: Key, giveUp: AbortSignal): Promise<void> => {
    for (let pause = soonest; !giveUp.aborted; pause = Math.min(latest, pause * 1.3)) {
      if (existsSync(store.results.path(key)) || !(await store.claims.look(key))) return
      await sleep(pause, undefined, { signal: giveUp }).catch(() => undefined)
    }
  }

  const unswept = (): Promise<void> =>
    store.sweeps.over(signal, ({ holder }) => {
      const who = holder ? ` (PID ${holder.pid} on ${holder.hostname})` : ''
      reporter.say({ type: 'log', level: 'info', message: `waits until trimtab gc${who} has ended` })
    })

  return {
    unswept,
    alone: async (instance, key, make) => {
      const taken = await store.claims.take(key, { run: run.id, instance })
      if ('held' in taken) {
        tell(instance, taken.held)
        return { type: 'by-another', over: giveUp => over(key, giveUp) }
      }
      try {
        return await make()
      } finally {
        await taken.claim.release()
      }
    },
    hold: async needed => {
      run.hold(needed)
      await unswept()
    },
  }
}
