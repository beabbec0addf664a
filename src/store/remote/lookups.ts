import type { Digest, Key } from '../../core/brand.js'
import type { Store } from '../store.js'
import { parseResult } from '../results.js'
import type { StoredResult } from '../store.js'
import type { Known } from './known.js'
import { limiter } from '../../core/limit.js'
import type { Line } from './line.js'
import { hasSoundObjects, objectRefsOf } from './object-refs.js'
import type { Patience } from './patience.js'
import { problem } from '../../core/problem.js'
import { unreachable, wrongBytes } from './remote-problem.js'
import { objectPath, resultPath, type Remote } from './remote.js'

/** Bytes that a result's file has at most; what sends more is no result. */
const longest = 64 * 1024 * 1024
const requestsAtOnce = 16

/** A small file of a remote, whole; undefined where nothing is there. */
export const readText = async (remote: Remote, path: string): Promise<string | undefined> => {
  const reading = await remote.read(path, 0)
  if (!reading) return undefined
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of reading.chunks) {
      bytes += chunk.length
      if (bytes > longest) return ''
      chunks.push(chunk)
    }
  } finally {
    reading.cancel()
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Results at a remote, asked for once each. */
export interface Lookups {
  /** A result that is right and whose every object is here or there. */
  find(key: Key): Promise<StoredResult | undefined>
  /** It is no hit any more. */
  reject(key: Key): void
  /** True where what the remote has under a key is not right. */
  isRejected(key: Key): boolean
}

/** Asks until the remote does not answer for too long; then every question is answered by no. */
export const makeLookups = (
  line: Line,
  local: Store,
  { patience, wrong }: { readonly patience: Patience; readonly wrong: Known<Digest> },
): Lookups => {
  const { remote } = line
  const limited = limiter(requestsAtOnce)
  const asked = new Map<Key, Promise<StoredResult | undefined>>()
  const sizes = new Map<string, Promise<number | undefined>>()
  const rejected = new Set<Key>()
  let open = 0
  let spent = 0
  let since = 0
  let watch: NodeJS.Timeout | undefined

  const tick = patience.lookup / 20
  /** Runs while something is asked: a remote that does not answer, or answers ever so slowly, is left alone. */
  const guard = (): void => {
    // A transfer ends by itself when it stalls; questions beside it are slow without anybody's fault.
    if (line.isMoving()) {
      since = 0
      return
    }
    spent += tick
    since += tick
    if (since < patience.lookup && spent < patience.lookup * 12) return
    const seconds = Math.round((since < patience.lookup ? spent : since) / 100) / 10
    line.giveUp(
      unreachable(
        remote.name,
        since < patience.lookup ? `it answers too slowly (${seconds} s)` : `no answer in ${seconds} s`,
      ),
    )
  }
  const answering = async <T>(request: () => Promise<T>): Promise<T> => {
    if (open++ === 0) {
      since = 0
      watch = setInterval(guard, tick)
    }
    try {
      const answer = await request()
      since = 0
      line.succeeded()
      return answer
    } finally {
      if (--open === 0) clearInterval(watch)
    }
  }

  const sizeOf = (path: string): Promise<number | undefined> => {
    const known = sizes.get(path)
    if (known) return known
    const asking = limited(() => answering(() => remote.size(path)))
    sizes.set(path, asking)
    return asking
  }

  /** Is every object here, or there with the right size? */
  const isWhole = async (result: StoredResult): Promise<boolean> => {
    const missing: string[] = []
    await Promise.all(
      objectRefsOf(result).map(async ({ digest, bytes }) => {
        if ((await local.objects.check(digest, 'remembered')) === undefined) return
        if (wrong.has(digest)) {
          missing.push(`${digest} (its bytes there were wrong)`)
          return
        }
        const found = await sizeOf(objectPath(digest))
        if (found !== bytes)
          missing.push(`${digest}${found === undefined ? '' : ` (${found} bytes in place of ${bytes})`}`)
      }),
    )
    if (missing.length === 0) return true
    line.note(
      problem(
        'remote-incomplete',
        `${remote.name} has the result of "${result.instance}" without all of its objects: ${missing[0]!}`,
        { hint: 'The step is made here, and a push completes it.' },
      ),
    )
    return false
  }

  const lookUp = async (key: Key): Promise<StoredResult | undefined> => {
    if (line.isDown()) return undefined
    try {
      const path = resultPath(key)
      const text = await limited(async () =>
        line.isDown() ? undefined : answering(() => readText(remote, path)),
      )
      if (text === undefined) return undefined
      const result = parseResult(text, key)
      if (result && hasSoundObjects(result)) {
        if (await isWhole(result)) return result
      } else line.note(wrongBytes(remote.name, path, 'it is not the result of this key'))
      rejected.add(key)
      return undefined
    } catch (error) {
      line.failed(error)
      return undefined
    }
  }

  return {
    find: async key => {
      let asking = asked.get(key)
      if (!asking) {
        asking = lookUp(key)
        asked.set(key, asking)
      }
      const found = await Promise.race([asking, line.down.then(() => undefined)])
      return line.isDown() || rejected.has(key) ? undefined : found
    },
    reject: key => void rejected.add(key),
    isRejected: key => rejected.has(key),
  }
}
