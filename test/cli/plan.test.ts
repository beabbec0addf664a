import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('trimtab plan')

const recipe = `trimtab: 1
seed: 3
params: {epochs: 1, sparsity: 0.5}
steps:
  digits: {kind: dataset, source: {digits: {examples: 200}}, split: {train: 0.6, validation: 0.2, test: 0.2}, normalize: {divide: 255}}
  base:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 12, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    epochs: \${{ params.epochs }}
  pruned: {kind: prune, model: base, granularity: unit, sparsity: "\${{ params.sparsity }}"}
  scores: {kind: evaluate, models: [base, pruned], data: digits, reference: base}
  again: {kind: dataset, source: {digits: {examples: 100}}, needs: [base]}
  spare: {kind: finetune, model: base, data: digits, epochs: 1, when: scores.base.accuracy < 0}
  best: {kind: select, from: [base, pruned], minimize: it.bytes}
`

const project = (): string => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, 'recipe.yml'), recipe)
  return folder
}

interface Row {
  readonly instance: string
  readonly step: string
  readonly status: string
  readonly why: string
  readonly from: readonly string[]
  readonly needs: readonly string[]
  readonly about?: string
  readonly memory?: number | { readonly low: number; readonly high: number }
  readonly candidate?: { readonly instance: string; readonly saved: string }
  readonly differences?: readonly { readonly what: string; readonly name?: string }[]
}

test('a plan is a table, a tree, Mermaid, DOT or JSON', async () => {
  const folder = project()
  const [table, tree, mermaid, dot, json] = await Promise.all(
    [[], ['--format', 'tree'], ['--format', 'mermaid'], ['--format', 'dot'], ['--json']].map(more =>
      trimtab(folder, ['plan', ...more]),
    ),
  )
  for (const told of [table!, tree!, mermaid!, dot!, json!]) assert.is(told.code, 0, told.stderr)
  assert.match(table!.stdout, /^step +kind +plan +from +shape +parameters +MACs +bytes +memory( +note)?\n/)
  assert.match(table!.stdout, /base +train +wait .* (≤ )?\d+ MB\n/)
  assert.match(tree!.stdout, /\n└─ base +train +wait +38\.2 kB\n {3}├─ pruned/)
  assert.match(tree!.stdout, /again +dataset +run +after base/)
  assert.match(mermaid!.stdout, /^flowchart LR\n {2}s_digits\["digits<br\/>dataset"\]:::miss\n/)
  assert.match(mermaid!.stdout, /\n {2}s_base -\.-> s_again\n/)
  assert.match(dot!.stdout, /^digraph plan \{\n[^]*\n\}\n$/)
  const { instances } = JSON.parse(json!.stdout) as { instances: Row[] }
  const score = instances.find(({ instance }) => instance === 'scores[pruned]')!
  assert.equal(
    [score.step, score.about, score.from, score.needs],
    ['scores', 'pruned', ['pruned', 'digits', 'base'], []],
  )
  assert.equal(instances.find(({ instance }) => instance === 'again')!.needs, ['base'])
  const { low, high } = instances.find(({ instance }) => instance === 'base')!.memory as {
    low: number
    high: number
  }
  assert.ok(1e8 < low && low < high && high < 2e8)
  assert.is((await trimtab(folder, ['plan', '--format', 'tree', '--json'])).code, 2)
})

test('--explain says why each step runs and what differs from before', async () => {
  const folder = project()
  const ran = await trimtab(folder, ['run'])
  assert.is(ran.code, 0, ran.stderr)
  const reused = await trimtab(folder, ['plan', '--explain'])
  assert.match(reused.stdout, /^digits +reuse: made before\n/)
  assert.match(reused.stdout, /\nspare +skip: {2}[\d.]+ < 0 is false\n/)
  assert.match(reused.stdout, /\nbest +reuse: takes "pruned": /)
  assert.match(
    (await trimtab(folder, ['plan', '--format', 'tree'])).stdout,
    /spare +finetune +skip .* reads scores\[base\]\n/,
  )
  const changed = await trimtab(folder, ['plan', '--explain', '--set', 'epochs=2', '--set', 'sparsity=0.25'])
  assert.match(changed.stdout, /\nbest +wait: {2}pending below base, pruned\n/)
  assert.match(changed.stdout, /\nbase +run: {3}config\.epochs was 1, is 2\n/)
  assert.match(
    changed.stdout,
    /\npruned +wait: {2}pending below base\n +config\.sparsity was 0\.5, is 0\.25\n/,
  )
  const args = ['plan', '--json', '--set', 'epochs=2']
  const [plain, explained] = await Promise.all([
    trimtab(folder, args),
    trimtab(folder, [...args, '--explain']),
  ])
  const baseOf = (text: string): Row =>
    (JSON.parse(text) as { instances: Row[] }).instances.find(({ instance }) => instance === 'base')!
  assert.is(baseOf(plain.stdout).why, 'config.epochs was 1, is 2')
  assert.is(baseOf(plain.stdout).differences, undefined)
  const base = baseOf(explained.stdout)
  assert.equal(base.differences, [
    { what: 'config', name: 'config.epochs', was: 1, is: 2, text: 'config.epochs was 1, is 2' },
  ] as unknown as Row['differences'])
  assert.is(base.candidate!.instance, 'base')
  assert.ok(Date.parse(base.candidate!.saved) <= Date.now())
})
