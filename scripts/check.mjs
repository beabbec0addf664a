// All that must be green before a commit: types, lint with boundaries, format, generated files, tests.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const steps = [
  ['types', 'node_modules/.bin/tsc', ['-p', '.']],
  [
    'lint',
    'node_modules/.bin/oxlint',
    ['--type-aware', '--deny-warnings', 'src', 'test', 'bench', 'scripts', 'bin'].filter(
      arg => arg.startsWith('-') || existsSync(arg),
    ),
  ],
  ['format', 'node_modules/.bin/prettier', ['--check', '--log-level', 'warn', '.']],
  ['generated', process.execPath, ['scripts/generate.mjs', '--check']],
  ['tests', process.execPath, ['scripts/test.mjs']],
]
const wanted = process.argv.slice(2)
let bad = 0
for (const [name, command, args] of steps) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const started = Date.now()
  console.log(`· ${name}`)
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) bad++
  console.log(`${status === 0 ? '✔' : '✘'} ${name} ${((Date.now() - started) / 1000).toFixed(1)} s`)
}
process.exitCode = bad > 0 ? 1 : 0
