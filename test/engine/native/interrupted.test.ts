import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../../src/core/home.js'
import { removeDeadBuilds } from '../../../src/api/engine-folder.js'
import { emptyFolder, trimtab } from '../../rig.js'
import { assert, suite } from '../../suite.js'
import { builtHere } from './built-here.js'

const test = suite('builds that are interrupted, and two at once')
const built = builtHere()

/** A build that stays in its compiler until it is stopped. */
const compiling = async (folder: string): Promise<ChildProcess> => {
  const [compiler, mark] = [join(folder, 'slow-c++'), join(folder, 'compiling')]
  writeFileSync(
    compiler,
    `#!/bin/sh\ncase "$*" in *--version*) echo "c++ 1.0"; exit 0;; esac\ntouch ${mark}\nexec sleep 60\n`,
    { mode: 0o755 },
  )
  const child = spawn(
    process.execPath,
    [
      join(packageFolder(), 'bin/trimtab.js'),
      'engine',
      'build',
      'native',
      '--tensorflow',
      join(built!.folder, 'site'),
    ],
    {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, TRIMTAB_ENGINES: join(folder, 'engines'), CXX: compiler },
    },
  )
  while (!existsSync(mark)) await new Promise(later => setTimeout(later, 50))
  return child
}

const unfinished = (folder: string): string[] =>
  readdirSync(join(folder, 'engines')).filter(name => name.startsWith('.building'))

test('Ctrl-C ends the compiler and takes what is unfinished away', async () => {
  if (!built) return
  const folder = emptyFolder()
  const child = await compiling(folder)
  assert.is(unfinished(folder).length, 1)
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  assert.equal(await ended, [130, null])
  assert.equal(unfinished(folder), [])
})

test('a killed build leaves its folder, which the next takes away; its whole wheels are kept', async () => {
  if (!built) return
  const folder = emptyFolder()
  const engines = join(folder, 'engines')
  const child = await compiling(folder)
  const [left] = unfinished(folder)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  assert.equal(unfinished(folder), [left])
  writeFileSync(join(engines, left!, 'wheels', 'tensorflow_cpu-2.21.0-cp311-cp311-any.whl'), 'a wheel')
  await removeDeadBuilds(engines)
  assert.equal(readdirSync(engines), ['.downloads'])
  assert.equal(readdirSync(join(engines, '.downloads')), ['tensorflow_cpu-2.21.0-cp311-cp311-any.whl'])
})

test('the folder of a build that lives is left alone', async () => {
  if (!built) return
  const folder = emptyFolder()
  const child = await compiling(folder)
  await removeDeadBuilds(join(folder, 'engines'))
  assert.is(unfinished(folder).length, 1)
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  await ended
})

test('two builds at once both end well, with one engine', async () => {
  if (!built) return
  const folder = emptyFolder()
  mkdirSync(join(folder, 'engines'))
  const env = { TRIMTAB_ENGINES: join(folder, 'engines') }
  const args = ['engine', 'build', 'native', '--tensorflow', join(built.folder, 'site'), '--json']
  const both = await Promise.all([trimtab(folder, args, env), trimtab(folder, args, env)])
  for (const { code, stderr } of both) assert.is(code, 0, stderr)
  assert.equal(
    readdirSync(join(folder, 'engines')).filter(name => name !== 'current'),
    [`tf${built.tensorflow}-${built.device}-linked`],
  )
})
