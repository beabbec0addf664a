import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClaim, isClaimOf, readClaim, removeClaim, renewClaim } from './claim-file.js'
import type { FoundClaim, Holder } from './claim-file.js'
import { fileClock } from './file-clock.js'
import { isErrno } from './file-problem.js'
import { lifeOf, thisWriter, type Writer } from './writer.js'

export type { Holder } from './claim-file.js'

/** A name that this process has. */
export interface Claim {
  /** False once another took it over: this process must have been asleep. */
  isOurs(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Who works on what, over all processes and hosts that share a store. Claims only save work and say what is in use: two
 * that make one key waste the work of one, since objects are named by their content and a result is renamed into
 * place whole. Correctness never rests on a claim, so a file system that takes none is gone on with.
 */
export interface Claims {
  /** Takes a name, from a holder that is gone too. The holder where one lives; a claim of nothing where none can be written. */
  take(
    name: string,
    what?: Pick<Holder, 'run' | 'instance'>,
  ): Promise<{ claim: Claim } | { held: FoundClaim }>
  /** Who has a name now; undefined where nobody who lives does. */
  look(name: string): Promise<FoundClaim | undefined>
  /** Does anybody who lives have a name, as far as one look tells? For those who only want to know. */
  isHeld(name: string): Promise<boolean>
  /**
   * Every name that is had, by holders that may live; ends those that surely do not. `surely`: takes the seconds that
   * it needs to tell a holder on another host that is gone from one that has just woken up.
   */
  living(surely?: boolean): Promise<readonly LivingClaim[]>
}

export interface LivingClaim extends FoundClaim {
  /** As it was taken, less `sha256:`. */
  readonly name: string
}

export interface ClaimOptions {
  /** Who this process is taken for. Absent: who it is. */
  readonly writer?: Writer
  /** Milliseconds between two signs of life. Absent: 2,000. */
  readonly beat?: number
  /** Milliseconds without a sign of life after which a holder whose process cannot be looked at counts as gone. Absent: 30,000. */
  readonly lease?: number
}

interface Seen {
  readonly identity: string
  readonly modified: number
  /** When this process first saw it so, by a clock that stands still while the host sleeps. */
  readonly first: number
}

/** Attempts at a name that others take and release at the same time, before it is gone on without. */
const patience = 50

const unclaimed: Claim = { isOurs: () => Promise.resolve(true), release: () => Promise.resolve() }

export const openClaims = (folder: string, options: ClaimOptions = {}): Claims => {
  const { beat = 2000, lease = 30_000 } = options
  const writer = options.writer ?? thisWriter()
  const place = join(folder, 'claims')
  const temporaries = join(folder, 'tmp')
  const pathOf = (name: string): string => join(place, `${name.replace(/^sha256:/, '')}.json`)
  const ours = new Map<string, string>()
  const seen = new Map<string, Seen>()
  let timer: NodeJS.Timeout | undefined

  const renew = async (): Promise<void> => {
    for (const [path, nonce] of ours) {
      // A disk that fails for a moment is no reason to give up; a claim that another has taken is.
      const still = await renewClaim(path, nonce).catch(() => true)
      if (!still) forget(path)
    }
  }
  const remember = (path: string, nonce: string): void => {
    ours.set(path, nonce)
    timer ??= setInterval(() => void renew(), beat).unref()
  }
  const forget = (path: string): void => {
    ours.delete(path)
    if (ours.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  /**
   * Is the lease over? By the file system's clock, and watched by this process for as long as a holder needs to give
   * two signs of life: a laptop that wakes up finds every lease over, its own too.
   */
  const isOver = async (path: string, { identity, modified }: FoundClaim): Promise<boolean> => {
    const before = seen.get(path)
    if (before?.identity !== identity || before.modified !== modified) {
      seen.set(path, { identity, modified, first: performance.now() })
      return false
    }
    if (performance.now() - before.first < 2 * beat) return false
    return (await fileClock(folder)) - modified >= lease
  }

  /** A holder here is asked for by its process, at once; any other, and one that is stopped, by its lease. */
  const isGone = async (path: string, found: FoundClaim): Promise<boolean> => {
    const life = found.holder ? lifeOf(found.holder, writer) : 'unknown'
    if (life === 'dead') return true
    return life === 'alive' ? false : isOver(path, found)
  }

  const claimOf = (path: string, nonce: string): Claim => {
    remember(path, nonce)
    return {
      isOurs: () => isClaimOf(path, nonce),
      release: async () => {
        forget(path)
        await removeClaim(path, nonce, temporaries).catch(() => undefined)
      },
    }
  }

  const lookAt = async (path: string): Promise<FoundClaim | undefined> => {
    const found = await readClaim(path)
    return found && !(await isGone(path, found)) ? found : undefined
  }

  const passOver = async () => {
    const found: (LivingClaim & { readonly isKnown: boolean })[] = []
    const files = await readdir(place).catch(() => [])
    const now = files.length > 0 ? await fileClock(folder).catch(() => Date.now()) : 0
    for (const file of files.filter(each => each.endsWith('.json'))) {
      const path = join(place, file)
      try {
        const claim = await readClaim(path)
        if (!claim) continue
        const life = claim.holder ? lifeOf(claim.holder, writer) : 'unknown'
        const isKnown = life === 'alive' || now - claim.modified < lease
        if (await isGone(path, claim)) await removeClaim(path, claim.identity, temporaries)
        else found.push({ ...claim, isKnown, name: file.slice(0, -'.json'.length) })
      } catch (error) {
        // A store that takes no writes keeps what is over; nobody minds it.
        if (!isErrno(error)) throw error
      }
    }
    return found
  }

  return {
    take: async (name, what = {}) => {
      const path = pathOf(name)
      try {
        for (let tried = 0; tried < patience; tried++) {
          const found = await readClaim(path)
          if (found && !(await isGone(path, found))) return { held: found }
          if (found) await removeClaim(path, found.identity, temporaries)
          const nonce = randomBytes(12).toString('hex')
          const holder = { nonce, hostname: hostname(), ...writer, ...what }
          if (await createClaim(path, holder, temporaries)) return { claim: claimOf(path, nonce) }
        }
      } catch (error) {
        // A store that is full, read-only or on a file system that cannot do this is gone on with.
        if (!isErrno(error)) throw error
      }
      return { claim: unclaimed }
    },
    look: async name => {
      try {
        return await lookAt(pathOf(name))
      } catch (error) {
        if (!isErrno(error)) throw error
        return undefined
      }
    },
    isHeld: async name => {
      try {
        const found = await readClaim(pathOf(name))
        if (!found) return false
        const life = found.holder ? lifeOf(found.holder, writer) : 'unknown'
        if (life !== 'unknown') return life !== 'dead'
        return (await fileClock(folder)) - found.modified < lease
      } catch (error) {
        if (!isErrno(error)) throw error
        return false
      }
    },
    living: async (surely = false) => {
      const living = await passOver()
      if (!surely || living.every(({ isKnown }) => isKnown)) return living
      // Two looks, as far apart as a holder needs to give a sign of life.
      await sleep(2 * beat + 50)
      return passOver()
    },
  }
}
