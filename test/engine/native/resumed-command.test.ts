import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeDeadBuilds, removeDownloads } from '../../../src/api/engine-folder.js'
import { packageFolder } from '../../../src/core/home.js'
import { emptyFolder, trimtab } from '../../rig.js'
import { assert, suite } from '../../suite.js'
import { bytes, file } from './index-rig.js'
import { asks, indexWith, isX64, leave, left, stuck, whole } from './resumed-rig.js'

const test = suite('engine build that was stopped in mid-download')

/** `engine build native` itself where there is no pip: it comes as far as the bytes, which are no wheel. */
const command = (folder: string): { args: string[]; env: Record<string, string> } => {
  const compiler = join(folder, 'c++')
  writeFileSync(compiler, '#!/bin/sh\necho "c++ 1.0"\n', { mode: 0o755 })
  return {
    args: ['engine', 'build', 'native', '--no-cuda'],
    env: { PATH: '/nowhere', CXX: compiler, TRIMTAB_ENGINES: join(folder, 'engines') },
  }
}

test('the command, stopped by Ctrl-C or killed in mid-download, goes on when it is called again', async () => {
  if (!isX64) return
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const folder = emptyFolder()
    const engines = join(folder, 'engines')
    const { args, env } = command(folder)
    let answer = stuck(800_000)
    const index = await indexWith((...all) => answer(...all))
    const child = spawn(process.execPath, [join(packageFolder(), 'bin/trimtab.js'), ...args], {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, ...env },
    })
    const isThere = (): boolean =>
      existsSync(engines) &&
      readdirSync(engines).some(each => {
        const wheels = join(engines, each, 'wheels')
        const parts = existsSync(wheels) ? readdirSync(wheels) : []
        return parts.some(part => statSync(join(wheels, part)).size === 800_000)
      })
    while (!isThere()) await new Promise(later => setTimeout(later, 20))
    const ended = once(child, 'exit')
    child.kill(signal)
    assert.equal(await ended, signal === 'SIGINT' ? [130, null] : [null, 'SIGKILL'])
    if (signal === 'SIGINT') assert.equal(readdirSync(engines), ['.downloads'])

    answer = whole
    const again = await trimtab(folder, args, env)
    assert.equal(asks(index), [0, 800_000])
    assert.is(again.code, 2)
    // All of it came, and was the index's file; that it is no wheel was seen when it was opened, and it was deleted.
    assert.match(again.stderr, /the wheel \S+ is damaged: it is no whole zip archive/)
    await removeDeadBuilds(engines)
    assert.equal(left(engines), [])
    await index.close()
  }
})

test('what nobody goes on with for a week goes with the next engine; all of it goes with engine remove', async () => {
  const engines = emptyFolder()
  const old = leave(engines, bytes.subarray(0, 1000))
  const young = leave(engines, bytes.subarray(0, 500), file('2.20.0'))
  const eightDaysAgo = Date.now() / 1000 - 8 * 86_400
  utimesSync(old, eightDaysAgo, eightDaysAgo)
  assert.is(await removeDownloads(engines, 'old'), 1000)
  assert.equal(left(engines), [file('2.20.0')])

  mkdirSync(join(engines, 'tf2.20.0-cpu'))
  writeFileSync(join(engines, 'tf2.20.0-cpu', 'engine.json'), '{}')
  const removed = await trimtab(engines, ['engine', 'remove', 'tf2.20.0-cpu'], { TRIMTAB_ENGINES: engines })
  assert.is(removed.code, 0, removed.stderr)
  assert.is(existsSync(young), false)
  assert.equal(readdirSync(engines), [])
})
