import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { objectPath, resultPath } from '../../src/store/remote/remote.js'
import { trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { behind, codes, freshStore, makeResult, pushAll } from './remote-rig.js'
import { startS3, whyNoServer, type S3Server } from './s3-server.js'

const test = suite('a remote in a bucket, at a real S3 server')

const why = whyNoServer()
if (why !== undefined) {
  console.log(why)
  test.skip(why, () => undefined)
} else {
  let server: S3Server
  test.before(async () => {
    server = await startS3()
    Object.assign(process.env, server.env)
  })
  test.after(() => server.stop())
  const patient = { patience: 'lookup=20,idle=20' }

  test('what one store pushed, another finds, brings and holds, byte for byte', async () => {
    const bucket = server.bucket('shared')
    const mine = await behind(await freshStore(), 's3://shared/some/prefix', patient)
    const results = await Promise.all(
      ['a', 'b', 'c'].map((name, index) => makeResult(mine, name, [10, 0, 70_000 * (index + 1)])),
    )
    await mine.exchange.settle()
    assert.equal(codes(mine), [])
    assert.ok(existsSync(join(bucket, 'some/prefix', resultPath(results[0]!.key))))

    const local = await freshStore()
    const yours = await behind(local, 's3://shared/some/prefix', patient)
    for (const result of results) {
      assert.is((await local.results.find(result.key)).result, undefined)
      assert.equal((await yours.results.find(result.key)).result, result)
      assert.ok(yours.exchange.isElsewhere(result.key))
    }
    // A plan writes nothing.
    assert.not(existsSync(local.folder))
    assert.equal(await yours.exchange.bring(results), [])
    for (const result of results) {
      assert.equal((await local.results.find(result.key)).result, result)
      assert.not(yours.exchange.isElsewhere(result.key))
      assert.is(
        readFileSync(local.results.path(result.key), 'utf8'),
        readFileSync(mine.results.path(result.key), 'utf8'),
      )
    }
    assert.equal(codes(yours), [])
    assert.is((await yours.results.find('sha256:00' as never)).result, undefined)
    mine.exchange.close()
    yours.exchange.close()
  })

  test('a large object goes up in parts and comes back whole', async () => {
    const bucket = server.bucket('large')
    const mine = await behind(await freshStore(), 's3://large', patient)
    const size = 21 * 1024 * 1024 + 5
    const result = await makeResult(mine, 'large', [size, 8 * 1024 * 1024])
    await mine.exchange.settle()
    assert.equal(codes(mine), [])
    const { digest } = result.output.outputs['sum']!.objects['part0']!
    assert.is(statSync(join(bucket, objectPath(digest))).size, size)
    const yours = await behind(await freshStore(), 's3://large', patient)
    assert.ok((await yours.results.find(result.key)).result)
    assert.equal(await yours.exchange.bring([result]), [])
    assert.ok(await yours.objects.verify(digest))
    assert.equal(
      readdirSync(join(yours.folder, 'tmp')).filter(name => name.endsWith('.tmp')),
      [],
    )
    mine.exchange.close()
    yours.exchange.close()
  })

  test('what is damaged here is not put there', async () => {
    server.bucket('damaged')
    for (const size of [1000, 9 * 1024 * 1024]) {
      const local = await freshStore()
      const result = await makeResult(local, `damaged ${size}`, [size])
      const { digest } = result.output.outputs['sum']!.objects['part0']!
      const bytes = readFileSync(local.objects.path(digest))
      bytes[size >> 1]! ^= 1
      writeFileSync(local.objects.path(digest), bytes)
      const mine = await behind(local, 's3://damaged', patient)
      await pushAll(mine, [result])
      assert.equal(codes(mine), ['object-damaged', 'remote-unsent'])
      assert.is(await mine.exchange.remote.size(objectPath(digest)), undefined)
      assert.is(await mine.exchange.remote.size(resultPath(result.key)), undefined)
      mine.exchange.close()
    }
  })

  test('pushing again sends nothing; what was lost there is sent anew', async () => {
    const bucket = server.bucket('again')
    const mine = await behind(await freshStore(), 's3://again', patient)
    const result = await makeResult(mine, 'again', [500, 600])
    await mine.exchange.settle()
    const before = mine.exchange.pushed()
    assert.equal([before.results, before.objects], [1, 2])
    mine.exchange.push(result)
    assert.is(mine.exchange.waiting(), 0, 'known to be there')
    assert.ok(await mine.exchange.pushNow(result))
    assert.is(mine.exchange.pushed().objects, 2)
    assert.is(mine.exchange.pushed().there, 1)
    mine.exchange.close()

    const { digest } = result.output.outputs['sum']!.objects['part1']!
    rmSync(join(bucket, objectPath(digest)))
    const later = await behind(await freshStore(), 's3://again', patient)
    assert.is((await later.results.find(result.key)).result, undefined)
    assert.equal(codes(later), ['remote-incomplete'])
    // Made here again, it is pushed, and the remote is whole once more.
    await makeResult(later, 'again', [500, 600])
    await later.exchange.settle()
    assert.is(later.exchange.pushed().objects, 1)
    const third = await behind(await freshStore(), 's3://again', patient)
    assert.ok((await third.results.find(result.key)).result)
    later.exchange.close()
    third.exchange.close()
  })

  test('more results than a page of a list holds', async () => {
    server.bucket('many')
    const store = await behind(await freshStore(), 's3://many/p', patient)
    const names = Array.from({ length: 1100 }, (_, at) => `results/${String(at).padStart(4, '0')}.json`)
    const waiting = [...names]
    const lane = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
        await store.exchange.remote.write(name, Buffer.from('{}'))
    }
    await Promise.all(Array.from({ length: 16 }, lane))
    const found: string[] = []
    for await (const { path } of store.exchange.remote.list('results/')) found.push(path)
    assert.equal(found.sort(), names)
    store.exchange.close()
  })

  test('wrong keys, no keys, no bucket, nobody there: a warning each, and the store works on', async () => {
    const cases: readonly (readonly [Record<string, string>, string, RegExp])[] = [
      [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, 'remote-refused', /secret key does not fit/],
      [{ AWS_ACCESS_KEY_ID: 'nobody' }, 'remote-refused', /does not know the access key/],
      [{ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, 'remote-refused', /no credentials/],
      [{}, 'remote-missing', /no bucket "nowhere"/],
      [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, 'remote-unreachable', /ECONNREFUSED/],
      [{ AWS_ENDPOINT_URL: 'http://no-such-host.invalid' }, 'remote-unreachable', /no-such-host/],
    ]
    for (const [more, code, message] of cases) {
      Object.assign(process.env, server.env, more)
      const endpoint = process.env['AWS_ENDPOINT_URL']!
      for (const asks of [true, false]) {
        const store = await behind(await freshStore(), 's3://nowhere', { endpoint, patience: 'lookup=20' })
        if (asks) await store.results.find(`sha256:${'0'.repeat(64)}` as never)
        else await makeResult(store, 'kept', [10])
        await store.exchange.settle()
        const [found] = store.exchange.problems()
        assert.is(found?.code, code, JSON.stringify([more, store.exchange.problems()]))
        assert.match(found!.message, message)
        assert.is(found!.severity, 'warning')
        assert.is(store.results.count(), asks ? 0 : 1)
        store.exchange.close()
      }
    }
    Object.assign(process.env, server.env)
  })

  test('two processes at once make and push the same; a third finds all of it', async () => {
    server.bucket('crowd')
    const recipe = `trimtab: 1
store: {remote: s3://crowd/t, endpoint: "${server.endpoint}"}
seed: 1
steps:
  digits: {kind: dataset, source: {digits: {examples: 120}}}
  base: {kind: train, data: digits, model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}, epochs: 1}
  int8: {kind: quantize, model: base, data: digits, weights: int8}
gates:
  smaller: {check: int8.bytes < base.bytes}
`
    const folders = await Promise.all(
      [1, 2, 3].map(async () => (await freshStore()).folder.replace('/.trimtab', '')),
    )
    for (const folder of folders) writeFileSync(join(folder, 'recipe.yml'), recipe)
    const ran = await Promise.all(folders.slice(0, 2).map(folder => trimtab(folder, ['run'], server.env)))
    for (const each of ran) assert.is(each.code, 0, each.stderr)
    const third = await trimtab(folders[2]!, ['run'], server.env)
    assert.is(third.code, 0, third.stderr)
    assert.match(third.stderr, /0 ran · 3 reused/)
    const pulled = await trimtab(folders[2]!, ['pull'], server.env)
    assert.is(pulled.code, 0, pulled.stderr)
    assert.match(pulled.stdout, /pulled 3 results/)
    const offline = await trimtab(folders[2]!, ['run', '--remote', 'none'], server.env)
    assert.match(offline.stderr, /0 ran · 3 reused/)
    const pushed = await trimtab(folders[2]!, ['push', '--all'], server.env)
    assert.match(pushed.stdout, /3 results were there/)
  })
}
