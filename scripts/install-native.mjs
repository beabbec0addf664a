// Builds the native engine that the tests of it run on, once for this machine, by the command that users have. Needs
// `npm ci` before. Says where it is; without a C++ compiler, or a Python index that answers, it says so, and those tests
// do not run. A build that fails is a fault.
import { spawnSync } from 'node:child_process'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.mjs'

const version = '2.21.0'
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
const engines = process.env.TRIMTAB_TEST_ENGINES ?? join(cache, 'trimtab', 'engines')

await buildAll()
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [
    join(root, 'bin/trimtab.js'),
    'engine',
    'build',
    'native',
    '--tensorflow',
    version,
    '--no-cuda',
    '--json',
    ...process.argv.slice(2),
  ],
  { env: { ...process.env, TRIMTAB_ENGINES: engines }, encoding: 'utf8' },
)
if (status === 0) {
  const { name, reused } = JSON.parse(stdout)
  console.log(`native engine: ${join(engines, name)}${reused ? '' : ', built now'}`)
} else if (/\[(build-tool-missing|engine-unsupported|tensorflow-unavailable)\]/.test(stderr))
  console.log(`native engine: not built, so its tests do not run\n${stderr}`)
else {
  console.log(`native engine: could not be built\n${stderr}`)
  process.exitCode = 1
}
