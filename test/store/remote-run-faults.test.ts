import { limiter } from '../../src/core/limit.js'
import { assert, suite } from '../suite.js'
import { startProxy, type FaultProxy, type Injection } from './fault-proxy.js'
import { project, ranOf, recipe } from './run-rig.js'
import { startS3, whyNoServer, type S3Server } from './s3-server.js'

const test = suite('runs with a remote that is slow, fails or lies')

const why = whyNoServer()
if (why !== undefined) {
  console.log(why)
  test.skip(why, () => undefined)
} else {
  let server: S3Server
  /** What an undisturbed run makes. */
  const sums: Record<string, string> = {}
  const proxies: FaultProxy[] = []
  test.before(async () => {
    server = await startS3()
    Object.assign(process.env, server.env)
    server.bucket('runs')
    Object.assign(sums, (await ranOf(project(recipe('s3://runs/p', server.endpoint)))).digests)
  })
  test.after(async () => {
    await Promise.all(proxies.map(proxy => proxy.stop()))
    await server.stop()
  })

  const places = { result: /^GET .*\/results\//, object: /^GET .*\/objects\//, put: /^PUT / } as const
  const injections: readonly Injection[] = [
    'stall',
    'close',
    'close-in-body',
    'internal-error',
    'wrong-bytes',
    'truncated',
    'access-denied',
    'wrong-bytes-up',
  ]
  const limited = limiter(4)
  let last = 100
  for (const injection of injections)
    test(`${injection}: the run comes to the same end`, async () => {
      const wheres = (Object.keys(places) as (keyof typeof places)[]).filter(where =>
        injection === 'wrong-bytes-up'
          ? where === 'put'
          : where !== 'put' || !/body|^wrong|^trunc/.test(injection),
      )
      await Promise.all(
        wheres.map(where =>
          limited(async () => {
            const proxy = await startProxy(server.endpoint)
            proxy.inject = (method, path) => (places[where].test(`${method} ${path}`) ? injection : undefined)
            proxies.push(proxy)
            const bucket = `${injection}-${where}`
            server.bucket(bucket)
            const url = where === 'put' ? `s3://${bucket}/p` : 's3://runs/p'
            // The last step is new, so that objects are read.
            const ran = await ranOf(project(recipe(url, proxy.endpoint, last++)))
            const label = `${injection} ${where}`
            assert.is(ran.record.outcome, 'passed', label)
            for (const step of ['a', 'b', 'c']) assert.is(ran.digests[step], sums[step], label)
            assert.ok(ran.codes.length > 0, `${label} is told`)
            for (const code of ran.codes) assert.match(code, /^remote-/, label)
            assert.ok(ran.record.problems.every(({ severity }) => severity === 'warning'))
            assert.ok(proxy.injected > 0, label)
          }),
        ),
      )
    })
}
