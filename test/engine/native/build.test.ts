import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder, trimtab } from '../../rig.js'
import { assert, suite } from '../../suite.js'
import { builtHere } from './built-here.js'

const test = suite('trimtab engine')
const built = builtHere()

/** A folder of a project with no engine. */
const project = (): { folder: string; env: Record<string, string> } => {
  const folder = emptyFolder()
  return { folder, env: { TRIMTAB_ENGINES: join(folder, 'engines') } }
}

test('an engine is built from a TensorFlow that lies somewhere, listed, used and removed', async () => {
  if (!built) return
  const { folder, env } = project()
  const site = join(built.folder, 'site')
  const made = await trimtab(folder, ['engine', 'build', 'native', '--tensorflow', site, '--json'], env)
  assert.is(made.code, 0, made.stderr)
  assert.match(made.stderr, 'compile the addon')
  const report = JSON.parse(made.stdout)
  const name = `tf${built.tensorflow}-${built.device}-linked`
  assert.is(report.name, name)
  assert.ok(report.trial.difference < 1e-5)
  assert.ok(report.bytes < 1_000_000, 'TensorFlow itself is not copied')

  const listed = await trimtab(folder, ['engine', 'list', '--json'], env)
  const [row, ...others] = JSON.parse(listed.stdout)
  assert.equal(others, [])
  assert.equal([row.name, row.works, row.used, row.tensorflow], [name, true, true, built.tensorflow])
  assert.match((await trimtab(folder, ['engine', 'list'], env)).stdout, /✔ used/)

  const digest = JSON.parse(readFileSync(join(folder, 'engines', name, 'engine.json'), 'utf8')).addon.digest
  assert.is(row.version, `4.22.0+tf${built.tensorflow}+${digest.slice(0, 12)}.1`)

  const typo = await trimtab(folder, ['engine', 'remove', `${name}x`], env)
  assert.is(typo.code, 2)
  assert.match(typo.stderr, /engine-unknown[\s\S]*tf/)
  assert.is((await trimtab(folder, ['engine', 'remove', name], env)).code, 0)
  assert.equal(
    readdirSync(join(folder, 'engines')).filter(each => !/^current$/.test(each)),
    [],
  )
  assert.match((await trimtab(folder, ['engine', 'list'], env)).stdout, 'No engine is built here')
})

test('what cannot be built says what is missing, and leaves nothing', async () => {
  const { folder, env } = project()
  const fault = async (args: readonly string[], more: Record<string, string> = {}): Promise<string> => {
    const ran = await trimtab(folder, ['engine', 'build', 'native', ...args], { ...env, ...more })
    assert.is(ran.code, 2, ran.stderr)
    return ran.stderr
  }
  assert.match(await fault(['--tensorflow', '2.9.1', '--no-cuda']), /too old[\s\S]*2\.12/)
  assert.match(await fault(['--tensorflow', 'newest']), /neither a version of TensorFlow nor a folder/)
  assert.match(await fault(['--tensorflow', './nowhere']), /there is no TensorFlow in [\s\S]*site-packages/)
  assert.match(
    await fault([], { CXX: '/nowhere/c++' }),
    /the compiler \/nowhere\/c\+\+ \(CXX\) does not run[\s\S]*apt-get install g\+\+/,
  )
  assert.match(await fault([], { PATH: '' }), /there is no C\+\+ compiler[\s\S]*dnf install gcc-c\+\+/)
  const other = await trimtab(folder, ['engine', 'build', 'webgpu'], env)
  assert.is(other.code, 2)
  assert.match(other.stderr, 'npm install --save-dev webgpu @tensorflow/tfjs-backend-webgpu')
  const misspelt = await trimtab(folder, ['engine', 'build', 'nativ'], env)
  assert.is(misspelt.code, 2)
  assert.match(misspelt.stderr, 'There is no engine "nativ" to build: there is native.')
  writeFileSync(join(folder, 'tf.whl'), '')
  assert.match(await fault(['--tensorflow', './tf.whl']), /pip install --no-deps --target tf \S*tf\.whl/)
  rmSync(join(folder, 'tf.whl'))
  assert.equal(readdirSync(folder), [])
})

test('a compiler that fails, and an addon that does not load, keep nothing', async () => {
  if (!built) return
  const { folder, env } = project()
  const site = ['--tensorflow', join(built.folder, 'site')]
  const compiler = join(folder, 'c++')
  const asCompiler = (script: string): Record<string, string> => {
    writeFileSync(
      compiler,
      `#!/bin/sh\ncase "$*" in *--version*) echo "c++ 1.0"; exit 0;; esac\n${script}\n`,
      { mode: 0o755 },
    )
    return { ...env, CXX: compiler }
  }
  const broken = await trimtab(
    folder,
    ['engine', 'build', 'native', ...site],
    asCompiler('echo "x.cc:1:10: fatal error: tensorflow/c/c_api.h: No such file or directory" >&2; exit 1'),
  )
  assert.is(broken.code, 2)
  assert.match(broken.stderr, /TensorFlow's headers are missing[\s\S]*engine-build-failed/)
  // What is written as an addon is none.
  const nonsense = await trimtab(
    folder,
    ['engine', 'build', 'native', ...site],
    asCompiler('while [ "$1" != -o ]; do shift; done; echo nonsense > "$2"'),
  )
  assert.is(nonsense.code, 2)
  assert.match(nonsense.stderr, /the engine is built and does not run: /)
  assert.equal(readdirSync(join(folder, 'engines')), [])
})
