import { problem } from '../../core/problem.js'
import type { ObjectRef } from '../../core/artifact.js'
import type { Digest, Key } from '../../core/brand.js'
import type { Exchange, Objects, Results, Store, StoredResult } from '../store.js'
import { makeBringing } from './bringing.js'
import { openPushed, openWrong } from './known.js'
import { makeLine } from './line.js'
import { makeLookups, readText } from './lookups.js'
import { objectRefsOf } from './object-refs.js'
import type { Patience } from './patience.js'
import { makePushing, type PushCount } from './pushing.js'
import type { Remote } from './remote.js'
import { pushRunOf } from './run-files.js'

/** Exchange, as the commands that move results use it. */
export interface OpenExchange extends Exchange {
  readonly remote: Remote
  /** A result of this machine's, verified. */
  findHere: Results['find']
  /** A small file of the remote's; undefined where there is none. Throws ProblemError. */
  readText(path: string): Promise<string | undefined>
  /** Brings objects here. Throws ProblemError. */
  bringObjects(objects: Iterable<ObjectRef>): Promise<void>
  /** Puts a result there, whatever is known of it. False where that failed, which is among the problems. */
  pushNow(result: StoredResult): Promise<boolean>
  pushed(): PushCount
  brought(): { readonly objects: number; readonly bytes: number }
  /** True once the remote was given up. */
  isDown(): boolean
}

/** A store on this machine with a remote behind it. */
export interface RemotedStore extends Store {
  readonly exchange: OpenExchange
}

export interface ExchangeOptions {
  readonly patience: Patience
  /** False: nothing is put at the remote but by `pushNow`. */
  readonly push: boolean
}

/**
 * A store that finds at a remote what it lacks. A result is a hit there when it is right by its checksum and each of
 * its objects is here or there; it is brought, every byte verified, once it is needed. What is saved is pushed in the
 * background. Whatever the remote does, the store works as without: what is lost is said in `problems`.
 */
export const addRemote = (local: Store, remote: Remote, options: ExchangeOptions): RemotedStore => {
  const { patience } = options
  const line = makeLine(remote)
  const known = openPushed(local.folder, remote.name)
  const wrong = openWrong(local.folder, remote.name)
  const lookups = makeLookups(line, local, { patience, wrong })
  const bringing = makeBringing(line, local, wrong)
  const pushing = makePushing(line, local, { known, wrong })
  const elsewhere = new Map<Key, StoredResult>()
  const coming = new Map<Key, Promise<boolean>>()
  const underWay = new Set<Promise<unknown>>()
  let lost = 0
  let isWhole = false

  const fetchOne = async (result: StoredResult): Promise<boolean> => {
    const { key } = result
    try {
      const ended = await Promise.race([
        Promise.allSettled(objectRefsOf(result).map(object => bringing.bring(object))),
        line.down.then(() => [] as const),
      ])
      for (const each of ended) if (each.status === 'rejected') throw each.reason
      if (line.isDown()) return false
      await local.results.save(result)
      known.add(key)
      return true
    } catch (error) {
      line.failed(error)
      return false
    } finally {
      elsewhere.delete(key)
      coming.delete(key)
    }
  }

  /** Brings one result; true where all of it is here. */
  const bringOne = async (result: StoredResult): Promise<boolean> => {
    const { key } = result
    if (!elsewhere.has(key)) return !lookups.isRejected(key)
    let bringing = coming.get(key)
    if (!bringing) {
      bringing = fetchOne(result)
      coming.set(key, bringing)
    }
    if (await bringing) return true
    lookups.reject(key)
    return false
  }

  const push = (result: StoredResult): void => {
    if (!options.push) return
    const sending = pushing.push(result)
    underWay.add(sending)
    void (async () => {
      if (!(await sending)) lost++
      underWay.delete(sending)
    })()
  }

  /** Waits for work as long as there is patience and a line; true where there was too little of it. */
  const isTooLate = async (work: Promise<unknown>): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>(resolve => {
      timer = setTimeout(() => resolve('late'), patience.push)
    })
    const first = await Promise.race([work, late, line.down]).finally(() => clearTimeout(timer))
    if (first !== 'late') return false
    line.giveUp()
    return true
  }

  const settle = async (): Promise<void> => {
    const isLate = await isTooLate(Promise.all(underWay))
    const left = lost + underWay.size
    if (left === 0) return
    // All that ended by the line going down has been counted.
    lost = 0
    underWay.clear()
    line.note(
      problem(
        'remote-unsent',
        `${left} result${left === 1 ? ' was' : 's were'} not pushed to ${remote.name}${isLate ? ` within ${Math.round(patience.push / 1000)} s` : ''}`,
        { hint: 'They are kept here: `trimtab push` brings them there.' },
      ),
    )
  }

  const results: Results = {
    ...local.results,
    ask: async keys => {
      const found = await Promise.all(
        keys.map(async key => [key, local.results.peek(key) ?? (await lookups.find(key))] as const),
      )
      return new Map(found.flatMap(([key, result]) => (result ? [[key, result] as const] : [])))
    },
    find: async key => {
      const here = await local.results.find(key)
      if (here.result) return here
      const there = await lookups.find(key)
      if (!there) return here
      elsewhere.set(key, there)
      if (isWhole && !(await bringOne(there))) return here
      return { result: there, problems: here.problems }
    },
    save: async result => {
      await local.results.save(result)
      push(result)
    },
  }

  const isAway = (digest: Digest): boolean =>
    [...elsewhere.values()].some(result => objectRefsOf(result).some(each => each.digest === digest))
  const objects: Objects = {
    ...local.objects,
    // What lies at the remote is not lost.
    check: async (digest, how) => {
      const found = await local.objects.check(digest, how)
      return found && isAway(digest) ? undefined : found
    },
  }

  return {
    ...local,
    objects,
    results,
    exchange: {
      name: remote.name,
      remote,
      findHere: key => local.results.find(key),
      readText: path => readText(remote, path),
      bringObjects: async objects => {
        await Promise.all([...objects].map(object => bringing.bring(object)))
      },
      isElsewhere: key => elsewhere.has(key),
      bring: async wanted => {
        const each = [...wanted].map(async result => ((await bringOne(result)) ? [] : [result.key]))
        return (await Promise.all(each)).flat()
      },
      bringAll: () => void (isWhole = true),
      push: result => {
        if (!known.has(result.key)) push(result)
      },
      waiting: () => underWay.size,
      settle,
      pushRun: async id => {
        if (!options.push || line.isDown()) return false
        let isDone = false
        const pushRun = async (): Promise<void> => {
          try {
            await pushRunOf(local, pushing, id)
            isDone = true
          } catch (error) {
            line.failed(error)
          }
        }
        await isTooLate(pushRun())
        return isDone
      },
      problems: () => line.problems(),
      close: () => line.giveUp(),
      pushNow: result => pushing.push(result),
      pushed: () => pushing.count(),
      brought: () => bringing.count(),
      isDown: () => line.isDown(),
    },
  }
}
