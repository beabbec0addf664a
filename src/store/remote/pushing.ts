import type { ObjectRef } from '../../core/artifact.js'
import type { Digest, Key } from '../../core/brand.js'
import type { Store } from '../store.js'
import { parseResult, resultText } from '../results.js'
import type { StoredResult } from '../store.js'
import type { Known } from './known.js'
import { limiter } from '../../core/limit.js'
import type { Line } from './line.js'
import { readText } from './lookups.js'
import { objectRefsOf } from './object-refs.js'
import { isPassing, problemIn } from './remote-problem.js'
import { objectPath, resultPath } from './remote.js'

export interface PushCount {
  readonly results: number
  readonly objects: number
  readonly bytes: number
  /** Results that were there already, whole. */
  readonly there: number
  readonly failed: number
}

/** Results on their way to a remote. */
export interface Pushing {
  /** Puts it there with its objects, these first: whoever sees a result finds them. False where it failed. */
  push(result: StoredResult): Promise<boolean>
  pushObject(object: ObjectRef): Promise<void>
  /** A text that never changes: one of the same size is left as it is. */
  pushText(path: string, text: string): Promise<void>
  waiting(): number
  count(): PushCount
}

export interface PushOptions {
  readonly known: Known<Key>
  /** Objects whose bytes there are wrong, so that they are put there anew. */
  readonly wrong: Known<Digest>
}

const resultsAtOnce = 8
const transfersAtOnce = 6
const tries = 2

export const makePushing = (line: Line, local: Store, { known, wrong }: PushOptions): Pushing => {
  const { remote } = line
  const limitedResults = limiter(resultsAtOnce)
  const limited = limiter(transfersAtOnce)
  const sent = new Map<Digest, Promise<void>>()
  const total = { results: 0, objects: 0, bytes: 0, there: 0, failed: 0 }
  let waiting = 0

  /** What failed once for a passing reason may succeed; the SDK has tried three times by then. */
  const again = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const done = await work()
        line.succeeded()
        return done
      } catch (error) {
        const found = problemIn(error)
        if (!found || !isPassing(found) || attempt >= tries || line.isDown()) throw error
      }
    }
  }

  const sendObject = async ({ digest, bytes }: ObjectRef): Promise<void> => {
    const path = objectPath(digest)
    if (!wrong.has(digest) && (await again(() => remote.size(path))) === bytes) return
    await again(() => remote.write(path, { file: local.objects.path(digest), bytes, digest }))
    await wrong.remove(digest)
    total.objects++
    total.bytes += bytes
  }

  const pushObject = (object: ObjectRef): Promise<void> => {
    const already = sent.get(object.digest)
    if (already) return already
    const sending = limited(() => line.moving(() => sendObject(object)))
    sent.set(object.digest, sending)
    // Failure is not remembered.
    sending.catch(() => sent.delete(object.digest))
    return sending
  }

  /** Is the very key's result there already, as its writer left it? Another writer's stays: it names what it put there. */
  const isThere = async ({ key }: StoredResult): Promise<boolean> => {
    const text = await again(() => readText(remote, resultPath(key)))
    const found = text === undefined ? undefined : parseResult(text, key)
    if (!found) return false
    const sizes = await Promise.all(
      objectRefsOf(found).map(async ({ digest, bytes }) =>
        wrong.has(digest)
          ? false
          : (await limited(() => again(() => remote.size(objectPath(digest))))) === bytes,
      ),
    )
    return sizes.every(each => each)
  }

  const pushOne = async (result: StoredResult): Promise<void> => {
    if (await isThere(result)) {
      total.there++
    } else {
      // All of them, also where one fails: none is under way when this ends.
      const ended = await Promise.allSettled(objectRefsOf(result).map(pushObject))
      for (const each of ended) if (each.status === 'rejected') throw each.reason
      const text = Buffer.from(resultText(result))
      await limited(() => again(() => remote.write(resultPath(result.key), text)))
      total.results++
      total.bytes += text.length
    }
    known.add(result.key)
  }

  return {
    push: async result => {
      waiting++
      try {
        if (line.isDown()) {
          total.failed++
          return false
        }
        await limitedResults(() => pushOne(result))
        return true
      } catch (error) {
        line.failed(error)
        total.failed++
        return false
      } finally {
        waiting--
      }
    },
    pushObject,
    pushText: (path, text) =>
      limited(async () => {
        const bytes = Buffer.from(text)
        if ((await again(() => remote.size(path))) === bytes.length) return
        await again(() => remote.write(path, bytes))
        total.bytes += bytes.length
      }),
    waiting: () => waiting,
    count: () => ({ ...total }),
  }
}
