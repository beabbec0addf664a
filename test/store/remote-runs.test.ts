import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { run } from '../../src/api/run.js'
import { plan } from '../../src/api/validate.js'
import { packageFolder } from '../../src/core/home.js'
import { tick } from '../run/kinds/tick.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { startProxy } from './fault-proxy.js'
import { hastyEnv, project, ranOf, recipe } from './run-rig.js'
import { startS3, whyNoServer, type S3Server } from './s3-server.js'

const test = suite('runs with a remote')

const why = whyNoServer()
if (why !== undefined) {
  console.log(why)
  test.skip(why, () => undefined)
} else {
  let server: S3Server
  /** What an undisturbed run makes. */
  const sums: Record<string, string> = {}

  test.before(async () => {
    server = await startS3()
    Object.assign(process.env, server.env)
    server.bucket('runs')
    const first = await ranOf(project(recipe('s3://runs/p', server.endpoint)))
    assert.is(first.became, 'finished finished finished finished')
    assert.equal(first.codes, [])
    Object.assign(sums, first.digests)
  })
  test.after(() => server.stop())

  test('a plan in a clean store knows what is there, writes nothing and brings nothing', async () => {
    const proxy = await startProxy(server.endpoint)
    const file = project(recipe('s3://runs/p', proxy.endpoint))
    const { plan: made, store } = await plan({ recipe: file, kinds: [tick], env: hastyEnv })
    store?.exchange?.close()
    assert.equal(
      made!.instances.map(({ status }) => status.type),
      ['hit', 'hit', 'hit', 'hit'],
    )
    assert.not(proxy.requests.some(each => /^GET .*objects|^PUT/.test(each)))
    await proxy.stop()
  })

  test('only what a changed step reads is brought', async () => {
    const proxy = await startProxy(server.endpoint)
    const ran = await ranOf(project(recipe('s3://runs/p', proxy.endpoint, 5)))
    assert.is(ran.became, 'reused reused reused finished')
    assert.equal(ran.codes, [])
    const brought = proxy.requests.filter(each => /^GET .*objects/.test(each))
    assert.is(new Set(brought).size, 2, 'of b and c, not of a')
    await proxy.stop()
  })

  test('what was made without a remote is pushed by the next run that has one', async () => {
    const bucket = 'later-push'
    server.bucket(bucket)
    const file = project(recipe(`s3://${bucket}/p`, server.endpoint))
    const offline = await ranOf(file, { remote: 'none' })
    assert.is(offline.became, 'finished finished finished finished')
    const online = await ranOf(file)
    assert.is(online.became, 'reused reused reused reused')
    const elsewhere = await ranOf(project(recipe(`s3://${bucket}/p`, server.endpoint)))
    assert.is(elsewhere.became, 'reused reused reused reused')
    assert.equal(elsewhere.digests, sums)
  })

  test('push: never, and --no-push: nothing goes there', async () => {
    const bucket = 'no-push'
    server.bucket(bucket)
    const proxy = await startProxy(server.endpoint)
    const text = recipe(`s3://${bucket}/p`, proxy.endpoint)
    await ranOf(project(text.replace('store: {', 'store: {push: never, ')))
    await ranOf(project(text), { push: false })
    assert.not(proxy.requests.some(each => /^(?:PUT|POST|DELETE)/.test(each)))
    await proxy.stop()
  })

  test('the remote of the command line goes before that of the environment, and that before the recipe', async () => {
    const [named, around] = [emptyFolder(), emptyFolder()]
    const file = project(recipe('s3://runs/p', 'http://127.0.0.1:9'))
    const first = await ranOf(file, {
      env: { ...hastyEnv, TRIMTAB_REMOTE: `file://${around}` },
      remote: `file://${named}`,
    })
    assert.equal(first.codes, [])
    const second = await ranOf(project(recipe('s3://runs/p', 'http://127.0.0.1:9')), {
      env: { ...hastyEnv, TRIMTAB_REMOTE: `file://${named}` },
    })
    assert.is(second.became, 'reused reused reused reused')
    const third = await ranOf(project(recipe('s3://runs/p', 'http://127.0.0.1:9')), {
      env: { ...hastyEnv, TRIMTAB_REMOTE: 'none' },
    })
    assert.is(third.became, 'finished finished finished finished')
    assert.equal(third.codes, [])
    const { record, problems } = await run({ recipe: file, kinds: [tick], env: hastyEnv, remote: 'gs://x' })
    assert.is(record, undefined)
    assert.equal(
      problems.map(({ code }) => code),
      ['remote-address'],
    )
  })

  const digits = (url: string, endpoint: string): string => `trimtab: 1
store: {remote: "${url}", endpoint: "${endpoint}"}
steps:
  digits: {kind: dataset, source: {digits: {examples: 60}}}
`

  test('Ctrl-C ends a push that stalls at once, and what was made is kept', async () => {
    server.bucket('stopped')
    const proxy = await startProxy(server.endpoint)
    proxy.inject = method => (method === 'PUT' ? 'stall' : undefined)
    const file = project(digits('s3://stopped', proxy.endpoint))
    const child = spawn(process.execPath, [join(packageFolder(), 'bin/trimtab.js'), 'run'], {
      cwd: dirname(file),
      env: { ...process.env, ...server.env, TRIMTAB_REMOTE_PATIENCE: 'idle=300,total=300' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stdout.on('data', chunk => (said += chunk))
    child.stderr.on('data', chunk => (said += chunk))
    while (!proxy.requests.some(each => each.startsWith('PUT'))) await pause(20)
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    const [code] = (await ended) as [number]
    assert.ok(code === 130 || code === 0, said)
    assert.match(said, /"type":"finished","instance":"digits"/)
    await proxy.stop()
    const again = await trimtab(dirname(file), ['run', '--remote', 'none'], server.env)
    assert.match(again.stderr, /0 ran · 1 reused/)
  })

  test('commands over a remote that stalls end with a problem and exit code 2', async () => {
    const proxy = await startProxy(server.endpoint)
    proxy.inject = () => 'stall'
    const file = project(digits('s3://runs', proxy.endpoint))
    const patient = { ...server.env, TRIMTAB_REMOTE_PATIENCE: 'idle=0.5,total=1,lookup=1' }
    const made = await trimtab(dirname(file), ['run', '--remote', 'none'], patient)
    assert.is(made.code, 0, made.stderr)
    for (const args of [['push'], ['push', '--all'], ['pull', 'latest'], ['pull', '--all']]) {
      const { code, stderr } = await trimtab(dirname(file), args, patient)
      assert.is(code, 2, `${args.join(' ')}: ${stderr}`)
      assert.match(stderr, /error s3:\/\/runs cannot be reached: .*\[remote-unreachable\]/)
    }
    const planned = await trimtab(dirname(file), ['plan'], patient)
    assert.is(planned.code, 0)
    // Nothing was asked: it is all here.
    assert.not(planned.stderr.includes('remote-'))
    await proxy.stop()
  })

  test('a run goes to another machine by its id, with its record, and is shown there', async () => {
    server.bucket('runs-of-others')
    const text = digits('s3://runs-of-others/t', server.endpoint)
    const here = dirname(project(text))
    const there = dirname(project(text))
    const ran = await trimtab(here, ['run'], server.env)
    assert.is(ran.code, 0, ran.stderr)
    const [{ id }] = JSON.parse((await trimtab(here, ['runs', '--json'])).stdout) as [{ id: string }]
    assert.is((await trimtab(there, ['show', id])).code, 2)
    for (const name of [id, id.slice(0, -2), 'latest']) {
      const pulled = await trimtab(there, ['pull', name], server.env)
      assert.is(pulled.code, 0, pulled.stderr)
    }
    assert.match((await trimtab(there, ['show', id])).stdout, /digits/)
    const offline = await trimtab(there, ['run', '--remote', 'none'], server.env)
    assert.match(offline.stderr, /0 ran · 1 reused/)
    const unknown = await trimtab(there, ['pull', '20200101'], server.env)
    assert.is(unknown.code, 2)
    assert.match(unknown.stderr, /\[run-missing\]/)
    assert.match((await trimtab(there, ['push', '--remote', 'none'])).stderr, /\[remote-none\]/)
    assert.is((await trimtab(there, ['push', 'nothing-of-the-sort'], server.env)).code, 2)
  })
}
