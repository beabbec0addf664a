import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder, version } from '../../src/core/home.js'
import type { Event } from '../../src/core/event.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('commands')

const small = (gates: string): string => `trimtab: 1
seed: 3
params: {epochs: 1}
steps:
  digits: {kind: dataset, source: {digits: {examples: 200}}, split: {train: 0.6, validation: 0.2, test: 0.2}, normalize: {divide: 255}}
  base:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: \${{ params.epochs }}
    batchSize: 32
  int8: {kind: quantize, model: base, weights: int8}
  scores: {kind: evaluate, models: [base, int8], data: digits, reference: base}
gates:
${gates}
`

/** A project with the recipe in it. */
const project = (gates = '  smaller: {check: int8.bytes * 2 <= base.bytes}'): string => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, 'recipe.yml'), small(gates))
  return folder
}

const events = (stdout: string): Event[] =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Event)

test('a recipe runs, its events are JSON lines, its table and verdicts go to standard error; a second run reuses all', async () => {
  const folder = project()
  const first = await trimtab(folder, ['run'])
  assert.is(first.code, 0, first.stderr)
  const said = events(first.stdout)
  assert.is(said[0]!.type, 'planned')
  assert.is(said.at(-1)!.type, 'ended')
  const finished = said.flatMap(event => (event.type === 'finished' ? [event.instance] : []))
  assert.equal(finished.sort(), ['base', 'digits', 'int8', 'scores[base]', 'scores[int8]'])
  assert.match(first.stderr, /model +accuracy +change/)
  assert.match(first.stderr, /✔ pass +smaller +int8\.bytes \* 2 <= base\.bytes/)
  assert.match(first.stderr, /passed · 5 ran · 0 reused/)

  const second = await trimtab(folder, ['run'])
  assert.is(second.code, 0)
  assert.match(second.stderr, /passed · 0 ran · 5 reused/)
  const table = (text: string): string => text.slice(0, text.indexOf('passed ·'))
  assert.is(table(second.stderr), table(first.stderr))

  const runs = await trimtab(folder, ['runs', '--json'])
  assert.is((JSON.parse(runs.stdout) as unknown[]).length, 2)
  assert.match((await trimtab(folder, ['runs'])).stdout, /passed +5 +5/)
  const shown = await trimtab(folder, ['show'])
  assert.match(shown.stdout, /int8 +quantize +reused/)
  const step = await trimtab(folder, ['show', 'latest', 'base'])
  assert.match(step.stdout, /config epochs: 1/)
  assert.match(step.stdout, /output model: model, .* sha256:/)
  assert.is((await trimtab(folder, ['show', 'latest', 'nothing'])).code, 2)
  assert.is((await trimtab(folder, ['show', 'zzz'])).code, 2)

  const changed = await trimtab(folder, ['run', '--set', 'epochs=2'])
  assert.is(changed.code, 0)
  assert.match(changed.stderr, /4 ran · 1 reused/)
})

test('the exit code says how a run ended', async () => {
  const failing = project('  no: {check: base.accuracy > 1}')
  const failed = await trimtab(failing, ['run'])
  assert.is(failed.code, 1, failed.stderr)
  assert.match(failed.stderr, /✘ fail +no/)
  const warned = project('  no: {check: base.accuracy > 1, severity: warn}')
  assert.is((await trimtab(warned, ['run'])).code, 0)
  const skipped = project('  no: {check: base.accuracy > 1, when: base.accuracy > 2}')
  const skip = await trimtab(skipped, ['run'])
  assert.is(skip.code, 0, skip.stderr)
  assert.match(skip.stderr, /○ skipped/)
  const open = project('  no: {nonInferior: {candidate: int8, reference: base, margin: 0.000001}}')
  const inconclusive = await trimtab(open, ['run'])
  assert.is(inconclusive.code, 4, inconclusive.stderr)
  assert.match(inconclusive.stderr, /\? inconclusive +no/)
})

test('a mistake is told with its place, nothing runs and nothing is written', async () => {
  const folder = project('  no: {check: int8.acuracy > 1}')
  for (const command of ['validate', 'plan', 'run']) {
    const ran = await trimtab(folder, [command])
    assert.is(ran.code, 2)
    assert.match(ran.stderr, /^recipe\.yml:16:\d+ error .*acuracy/)
    assert.match(ran.stderr, /Did you mean "(int8\.)?accuracy"\?/)
  }
  assert.not(existsSync(join(folder, '.trimtab/runs')))
  const json = await trimtab(folder, ['validate', '--json'])
  const { ok, problems } = JSON.parse(json.stdout) as { ok: boolean; problems: { at: { line: number } }[] }
  assert.is(ok, false)
  assert.is(problems[0]!.at.line, 16)
})

test('wrong usage is exit code 2 with a sentence, help is 0', async () => {
  const folder = emptyFolder()
  for (const args of [
    ['rnu'],
    ['run', '--nope'],
    ['run', '--set', 'epochs'],
    ['run', '--workers', '0'],
    ['kinds', 'prnue'],
    ['schema', 'prnue'],
    ['run', 'absent.yml'],
    [],
  ]) {
    const ran = await trimtab(folder, args)
    assert.is(ran.code, 2, `${args.join(' ')}: ${ran.code}`)
    assert.not.match(ran.stderr, /\n {4}at /)
    assert.ok(ran.stderr.length > 10)
  }
  assert.match((await trimtab(folder, ['kinds', 'prnue'])).stderr, /Did you mean "prune"\?/)
  for (const args of [['--help'], ['run', '--help'], ['--version']])
    assert.is((await trimtab(folder, args)).code, 0)
  assert.is((await trimtab(folder, ['--version'])).stdout.trim(), version())
  assert.match((await trimtab(folder, ['run', '--help'])).stdout, /Examples:/)
  assert.match((await trimtab(folder, ['runs'])).stdout, /No runs yet/)
})

test('kinds are documented in the terminal, with the schema behind them', async () => {
  const folder = emptyFolder()
  const all = await trimtab(folder, ['kinds'])
  const kinds = readdirSync(join(packageFolder(), 'src/steps'), { withFileTypes: true }).filter(each =>
    each.isDirectory(),
  )
  for (const { name } of kinds) {
    assert.match(all.stdout, new RegExp(`^${name} `, 'm'))
    const one = await trimtab(folder, ['kinds', name])
    assert.is(one.code, 0)
    assert.match(one.stdout, /INPUTS[^]*OUTPUTS[^]*FIELDS/)
    const schema = JSON.parse((await trimtab(folder, ['schema', name])).stdout) as { properties: object }
    assert.ok(schema.properties)
  }
  const recipe = JSON.parse((await trimtab(folder, ['schema'])).stdout) as { definitions: object }
  assert.ok('prune' in recipe.definitions)
})

test('init writes a project that validates, and never overwrites', async () => {
  const folder = emptyFolder()
  const made = await trimtab(folder, ['init', 'digits'])
  assert.is(made.code, 0, made.stderr)
  assert.equal(readdirSync(join(folder, 'digits')).sort(), ['.gitignore', 'README.md', 'recipe.yml'])
  assert.is((await trimtab(join(folder, 'digits'), ['validate'])).code, 0)
  writeFileSync(join(folder, 'digits/recipe.yml'), 'mine')
  const again = await trimtab(folder, ['init', 'digits'])
  assert.is(again.code, 2)
  assert.match(again.stderr, /there already/)
  assert.is(readFileSync(join(folder, 'digits/recipe.yml'), 'utf8'), 'mine')
})

test('Ctrl-C stops within a batch, keeps what is finished, and ends with 130', async () => {
  const folder = project()
  const child = spawn(
    process.execPath,
    [join(packageFolder(), 'bin/trimtab.js'), 'run', '--set', 'epochs=100000'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    },
  )
  let stderr = ''
  child.stderr.on('data', chunk => (stderr += chunk))
  let signalled = 0
  child.stdout.on('data', (chunk: Buffer) => {
    if (signalled === 0 && chunk.toString().includes('"epoch"')) {
      signalled = Date.now()
      child.kill('SIGINT')
    }
  })
  const code = await new Promise(done => child.once('close', done))
  assert.is(code, 130, stderr)
  assert.ok(signalled > 0)
  assert.match(stderr, /Stopping: what is finished is kept/)
  assert.match(stderr, /interrupted · 1 ran/)
  const next = await trimtab(folder, ['run'])
  assert.match(next.stderr, /4 ran · 1 reused/)
})
