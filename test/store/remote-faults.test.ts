import { limiter } from '../../src/core/limit.js'
import { assert, suite } from '../suite.js'
import { startProxy, type Injection } from './fault-proxy.js'
import { behind, codes, freshStore, makeResult } from './remote-rig.js'
import { startS3, whyNoServer, type S3Server } from './s3-server.js'

const test = suite('a remote that is slow, fails or lies, when something is asked of it')

/** Which requests are met. */
const places = {
  result: /^GET .*\/results\//,
  head: /^HEAD .*\/objects\//,
  object: /^GET .*\/objects\//,
} as const
type Where = keyof typeof places

/** What may be said of it; the first time alone none of these has to be. */
const expected: Readonly<Partial<Record<Injection, RegExp>>> = {
  stall: /^remote-unreachable$/,
  'stall-in-body': /^remote-unreachable$/,
  close: /^remote-unreachable$/,
  'close-in-body': /^remote-unreachable$/,
  'internal-error': /^remote-(?:failed|unreachable)$/,
  'slow-down': /^remote-(?:failed|unreachable)$/,
  'access-denied': /^remote-refused$/,
  'no-such-bucket': /^remote-(?:missing|incomplete)$/,
  'wrong-bytes': /^remote-wrong-bytes$/,
  'other-bytes': /^remote-wrong-bytes$/,
  truncated: /^remote-(?:wrong-bytes|incomplete)$/,
  'short-length': /^remote-(?:wrong-bytes|unreachable|failed|incomplete)$/,
  longer: /^remote-(?:wrong-bytes|incomplete)$/,
  garbage: /^remote-(?:unreachable|failed)$/,
  html: /^remote-(?:wrong-bytes|incomplete|failed)$/,
  drip: /^remote-(?:unreachable|wrong-bytes)$/,
  denies: /^remote-incomplete$/,
}

/** A HEAD has no body to spoil. */
const ofBodies = new Set<Injection>([
  'stall-in-body',
  'close-in-body',
  'wrong-bytes',
  'other-bytes',
  'drip',
  'short-length',
])

const why = whyNoServer()
if (why !== undefined) {
  console.log(why)
  test.skip(why, () => undefined)
} else {
  let server: S3Server
  const keys: Awaited<ReturnType<typeof makeResult>>[] = []
  test.before(async () => {
    server = await startS3()
    Object.assign(process.env, server.env)
    server.bucket('faults')
    const mine = await behind(await freshStore(), 's3://faults/p', { patience: 'lookup=60,idle=60' })
    for (const name of ['x', 'y', 'z']) keys.push(await makeResult(mine, name, [40_000, 300]))
    await mine.exchange.settle()
    assert.equal(codes(mine), [])
    mine.exchange.close()
  })
  test.after(() => server.stop())

  const counts = new Map<Injection, number>()

  /** Asks for all results through a server that does this to such requests; nothing wrong may come of it. */
  const meet = async (injection: Injection, where: Where, once: boolean): Promise<void> => {
    const proxy = await startProxy(server.endpoint)
    let left = once ? 1 : Infinity
    proxy.inject = (method, path) =>
      places[where].test(`${method} ${path}`) && left-- > 0 ? injection : undefined
    const local = await freshStore()
    const store = await behind(local, 's3://faults/p', { endpoint: proxy.endpoint })
    const label = `${injection} ${where}${once ? ' once' : ''}`
    try {
      const found = await Promise.all(keys.map(({ key }) => store.results.find(key)))
      const hits = found.flatMap(({ result }) => (result ? [result] : []))
      const lost = await store.exchange.bring(hits)
      for (const [index, result] of keys.entries()) {
        // Here means: the very result, with the very bytes.
        const here = (await local.results.find(result.key)).result
        const isHit = found[index]!.result !== undefined && !lost.includes(result.key)
        assert.equal(here, isHit ? result : undefined, label)
        if (!isHit && !store.exchange.isDown())
          assert.is((await store.results.find(result.key)).result, undefined, `${label}: stays a miss`)
      }
      const said = codes(store)
      const isWhole = hits.length === keys.length && lost.length === 0
      if (isWhole) assert.equal(said, [], label)
      // A key that is denied has simply never been made.
      else if (!(injection === 'denies' && where === 'result')) assert.ok(said.length > 0, label)
      for (const code of said) assert.match(code, expected[injection]!, label)
      assert.ok(proxy.injected > 0, `${label}: nothing was injected`)
      if (!once && !(injection === 'short-length')) assert.not(isWhole, `${label}: all of it arrived`)
      counts.set(injection, (counts.get(injection) ?? 0) + proxy.injected)
    } finally {
      store.exchange.close()
      await proxy.stop()
    }
  }

  for (const injection of Object.keys(expected) as Injection[]) {
    test(injection, async () => {
      const limited = limiter(16)
      const cases = (Object.keys(places) as Where[])
        .filter(where => where !== 'head' || !ofBodies.has(injection))
        .flatMap(
          where =>
            [
              [where, true],
              [where, true],
              [where, false],
              [where, false],
            ] as const,
        )
      await Promise.all(cases.map(([where, once]) => limited(() => meet(injection, where, once))))
    })
  }

  test('the counts', () => {
    console.log([...counts].map(([name, count]) => `${name} ${count}`).join(', '))
    assert.is(counts.size, Object.keys(expected).length)
  })
}
