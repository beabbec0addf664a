// Packs the tarball, installs it in an empty folder and runs `init` and its recipe from there, as a newcomer would.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.mjs'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const folder = mkdtempSync(join(tmpdir(), 'trimtab-package-'))
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
try {
  await buildAll()
  run(process.execPath, ['scripts/types.mjs'], '.')
  run('npm', ['pack', '--silent', '--pack-destination', folder], '.')
  const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'))
  run('npm', ['init', '-y', '--silent'])
  run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', `./${tarball}`])
  const trimtab = (...args) => run(join('node_modules', '.bin', 'trimtab'), args)
  trimtab('init', 'starter')
  trimtab('validate', 'starter/recipe.yml')
  trimtab('run', 'starter/recipe.yml')
  const [record] = JSON.parse(trimtab('runs', '--json', '--store', 'starter/.trimtab'))
  if (record.outcome !== 'passed') throw new Error(`the starter recipe ended as ${record.outcome}`)
  console.log(`package: installed, starter recipe ${record.outcome} in ${record.seconds.toFixed(1)} s`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
