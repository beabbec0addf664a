// Packs the tarball, installs it in an empty folder and runs `init` and its recipe from there, as a newcomer would; then
// a recipe that extends one that ships and uses another as a step.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.mjs'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const extended = `trimtab: 1
extends: trimtab:int8
seed: 1
params: {accuracyLoss: 0.05}
steps:
  data:
    kind: dataset
    source: {digits: {examples: 800}}
    split: {train: 0.6, validation: 0.2, test: 0.2}
    normalize: {divide: 255}
  model:
    kind: train
    data: data
    model: {layers: [flatten, {dense: {units: 32, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    epochs: 3
  stored:
    kind: pipeline
    uses: trimtab:weight-only
    inputs: {data: data, model: model}
    params: {accuracyLoss: 0.05}
gates:
  as-small: {check: stored.bytes <= model.bytes / 3}
`

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
  // A recipe that ships is found from where the package is installed, both ways.
  mkdirSync(join(folder, 'extended'))
  writeFileSync(join(folder, 'extended', 'recipe.yml'), extended)
  trimtab('validate', 'trimtab:compare-all')
  trimtab('run', 'extended/recipe.yml')
  const [other] = JSON.parse(trimtab('runs', '--json', '--store', 'extended/.trimtab'))
  if (other.outcome !== 'passed') throw new Error(`the recipe over trimtab:int8 ended as ${other.outcome}`)
  // What reaches a bucket comes with the package, and is loaded: nobody listens there.
  const asked = spawnSync(
    join('node_modules', '.bin', 'trimtab'),
    ['push', '--all', '--store', 'starter/.trimtab', '--remote', 's3://nowhere'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        AWS_ACCESS_KEY_ID: 'none',
        AWS_SECRET_ACCESS_KEY: 'none',
      },
    },
  )
  if (!asked.stderr.includes('[remote-unreachable]'))
    throw new Error(`a push to a bucket where nobody listens says: ${asked.stderr}`)
  console.log(
    `package: installed, starter recipe ${record.outcome} in ${record.seconds.toFixed(1)} s, one over trimtab:int8 ${other.outcome} in ${other.seconds.toFixed(1)} s`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
