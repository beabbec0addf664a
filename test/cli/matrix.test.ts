import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRecord } from '../../src/store/run-record.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('matrix from the command line')

const recipe = `trimtab: 1
seed: 1
params: {share: 0.5}
steps:
  digits: {kind: dataset, source: {digits: {examples: 300}}, test: {digits: {examples: 100}}, split: {train: 0.8, validation: 0.2}, normalize: {divide: 255}}
  base:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 16, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    epochs: 1
  pruned:
    kind: prune
    model: base
    granularity: unit
    matrix: {norm: [l1, l2]}
    norm: \${{ matrix.norm }}
    sparsity: \${{ params.share }}
  int8: {kind: quantize, model: pruned, data: digits, weights: int8, when: pruned.accuracy >= 0}
  never: {kind: quantize, model: base, weights: int8, when: base.accuracy > 1}
  scores: {kind: evaluate, models: [base, pruned, int8, never], data: digits, reference: base}
  best: {kind: select, from: [int8, never], maximize: it.accuracy}
gates:
  each: {each: int8, check: int8.bytes < base.bytes}
  all: {check: "pruned.all(i, i.parameters < base.parameters)"}
  best: {check: best.bytes < base.bytes}
`

const folder = emptyFolder()
mkdirSync(join(folder, '.git'))
writeFileSync(join(folder, 'recipe.yml'), recipe)

const rowsOf = async (...args: string[]): Promise<Record<string, { status: string; note?: string }>> => {
  const ran = await trimtab(folder, ['plan', '--json', ...args])
  assert.is(ran.code, 0, ran.stderr)
  const { instances } = JSON.parse(ran.stdout) as {
    instances: { instance: string; status: string; note?: string }[]
  }
  return Object.fromEntries(instances.map(({ instance, ...row }) => [instance, row]))
}

test('a real matrix with choices goes from text to verdicts; a second run makes nothing', async () => {
  assert.is((await rowsOf())['never']!.note, 'waits for scores[base]')
  const ran = await trimtab(folder, ['run'])
  assert.is(ran.code, 0, ran.stderr)
  const record = JSON.parse((await trimtab(folder, ['show', '--json'])).stdout) as RunRecord
  assert.equal(
    record.verdicts.map(({ gate, status }) => `${gate} ${status}`),
    ['each[norm=l1] pass', 'each[norm=l2] pass', 'all pass', 'best pass'],
  )
  const winner = record.instances.find(({ instance }) => instance === 'best')!.output!.record!['chosen']
  assert.match(String(winner), /^int8\[norm=l[12]\]$/)
  assert.match(ran.stderr, new RegExp(`best is ${String(winner).replaceAll(/[[\]]/g, '\\$&')}: `))
  assert.match(ran.stderr, /2 skipped/)
  const shown = await trimtab(folder, ['show'])
  assert.match(shown.stdout, /never +quantize +skipped +0\.\d+ > 1 is false/)
  const again = await rowsOf()
  assert.match(again['never']!.note ?? '', /^0\.\d+ > 1 is false$/)
  assert.is(again['int8[norm=l1]']!.status, 'hit')
  assert.is(again['best']!.status, 'hit')
})

test('--only takes instances by some of their axes', async () => {
  assert.equal(Object.keys(await rowsOf('--only', 'pruned[norm=l2]')), ['digits', 'base', 'pruned[norm=l2]'])
  const wrong = await trimtab(folder, ['plan', '--only', 'pruned[norm=l3]'])
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, /"pruned" has no such instance \[unknown-instance\]/)
})

test('--sweep makes variants of what depends on the param, and reuses the rest', async () => {
  const rows = await rowsOf('--sweep', 'share=0.5,0.25')
  assert.is(rows['base']!.status, 'hit')
  assert.is(rows['pruned[norm=l1,share=0.5]']!.status, 'hit')
  assert.is(rows['pruned[norm=l1,share=0.25]']!.status, 'miss')
  assert.ok(rows['best[share=0.25]'])
  for (const [value, code, says] of [
    ['share=0.5,many', 2, /--sweep share: a number is needed|must be a number/],
    ['shore=1,2', 2, /unknown-param/],
    ['share', 2, /NAME=VALUE,VALUE/],
    ['share=0.5,,1', 2, /NAME=VALUE,VALUE/],
  ] as const) {
    const ran = await trimtab(folder, ['plan', '--sweep', value])
    assert.is(ran.code, code, `${value}: ${ran.stderr}`)
    assert.match(ran.stderr, says)
  }
  const both = await trimtab(folder, ['plan', '--sweep', 'share=0.5', '--set', 'share=0.3'])
  assert.is(both.code, 2)
  assert.match(both.stderr, /--set and --sweep both give share \[wrong-param\]/)
})
