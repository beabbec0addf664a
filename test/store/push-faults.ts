// What is put at a remote through a server that fails, and what must hold of it afterwards.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from '../../src/core/hash.js'
import { limiter } from '../../src/core/limit.js'
import { objectRefsOf } from '../../src/store/remote/object-refs.js'
import { objectPath, resultPath } from '../../src/store/remote/remote.js'
import { parseResult } from '../../src/store/results.js'
import { assert, suite } from '../suite.js'
import { startProxy, type Injection } from './fault-proxy.js'
import { behind, codes, freshStore, makeResult } from './remote-rig.js'
import { startS3, whyNoServer, type S3Server } from './s3-server.js'

/** Which requests are met. */
const places = {
  head: /^HEAD /,
  object: /^PUT .*\/objects\/[^?]*(?:\?x-id=PutObject)?$/,
  part: /^PUT .*partNumber=/,
  begin: /^POST .*uploads/,
  complete: /^POST .*uploadId=/,
  result: /^PUT .*\/results\//,
} as const
export type Where = keyof typeof places

/** What is done to requests. */
export const injections: readonly Injection[] = [
  'stall',
  'close',
  'internal-error',
  'slow-down',
  'access-denied',
  'no-such-bucket',
  'garbage',
  'wrong-bytes-up',
]

/** Tests of all injections at these requests. */
export const testPushes = (name: string, wheres: readonly Where[]): void => {
  const test = suite(name)
  const why = whyNoServer()
  if (why !== undefined) {
    console.log(why)
    test.skip(why, () => undefined)
    return
  }
  let server: S3Server
  test.before(async () => {
    server = await startS3()
    Object.assign(process.env, server.env)
  })
  test.after(() => server.stop())
  const counts = new Map<Injection, number>()
  let buckets = 0

  /** Every result at the remote is right, and so is each of its objects. */
  const assertSound = (bucket: string, label: string): number => {
    const folder = join(bucket, 'results')
    const names = existsSync(folder) ? readdirSync(folder) : []
    for (const name of names) {
      const key = `sha256:${name.replace('.json', '')}` as Parameters<typeof parseResult>[1]
      const result = parseResult(readFileSync(join(folder, name), 'utf8'), key)
      assert.ok(result, `${label}: a result that is none`)
      for (const { digest } of objectRefsOf(result))
        assert.is(digestOf(readFileSync(join(bucket, objectPath(digest)))), digest, label)
    }
    return names.length
  }

  const meet = async (injection: Injection, where: Where, once: boolean): Promise<void> => {
    const name = `push-${buckets++}`
    const bucket = server.bucket(name)
    const proxy = await startProxy(server.endpoint)
    let left = once ? 1 : Infinity
    proxy.inject = (method, path) =>
      places[where].test(`${method} ${path}`) && left-- > 0 ? injection : undefined
    const local = await freshStore()
    const label = `${injection} ${where}${once ? ' once' : ''}`
    const isLarge = where === 'part' || where === 'begin' || where === 'complete'
    const store = await behind(local, `s3://${name}`, { endpoint: proxy.endpoint })
    try {
      const made = [
        await makeResult(store, `${name} x`, isLarge ? [8 * 1024 * 1024 + 9] : [5000, 60]),
        await makeResult(store, `${name} y`, [700]),
      ]
      await store.exchange.settle()
      const said = codes(store)
      const there = assertSound(bucket, label)
      for (const result of made) assert.equal((await local.results.find(result.key)).result, result)
      assert.ok(proxy.injected > 0, `${label}: nothing was injected`)
      if (there === made.length) assert.equal(said, [], label)
      else {
        assert.ok(said.includes('remote-unsent'), `${label}: ${said.join(', ')}`)
        const [last] = store.exchange.problems().slice(-1)
        assert.ok(said.length >= 2 || /within/.test(last!.message), `${label} says why`)
      }
      // To a HEAD a bucket that is not there looks like an object that is not.
      if (!once && !(injection === 'no-such-bucket' && where === 'head'))
        assert.ok(there < made.length, label)
      counts.set(injection, (counts.get(injection) ?? 0) + proxy.injected)

      // Once the remote is well again, a push completes it.
      const later = await behind(local, `s3://${name}`, { endpoint: server.endpoint, patience: 'idle=60' })
      for (const result of made) assert.ok(await later.exchange.pushNow(result), label)
      assert.is(assertSound(bucket, label), made.length)
      for (const { key } of made) assert.ok(existsSync(join(bucket, resultPath(key))))
      later.exchange.close()
    } finally {
      store.exchange.close()
      await proxy.stop()
    }
  }

  /** All wait more than they work, so all of them run at once. */
  const running = new Map<Injection, Promise<readonly PromiseSettledResult<void>[]>>()
  test.before(() => {
    const limited = limiter(14)
    for (const injection of injections) {
      const cases = wheres
        .filter(where => injection !== 'wrong-bytes-up' || (where !== 'head' && where !== 'begin'))
        .flatMap(where => [[where, true] as const, [where, false] as const])
      const meetings = cases.map(([where, once]) => limited(() => meet(injection, where, once)))
      running.set(injection, Promise.allSettled(meetings))
    }
  })
  for (const injection of injections)
    test(injection, async () => {
      for (const each of (await running.get(injection))!) if (each.status === 'rejected') throw each.reason
    })

  test('the counts', () => {
    console.log([...counts].map(([name, count]) => `${name} ${count}`).join(', '))
    assert.is(counts.size, injections.length)
  })
}
