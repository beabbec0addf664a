import type { CompletionItem } from 'vscode-languageserver/node'
import { assert, suite } from '../suite.js'
import { textOf, type Server } from './client.js'
import { applied, openRecipe, positionOf, sound, startTrimtab } from './lsp-rig.js'

const test = suite('trimtab lsp: completion')
let server: Server
let folder: string

test.before(async () => {
  const started = await startTrimtab()
  server = started.server
  folder = started.folder
})
test.after(async () => {
  assert.is(await server.stop(), 0)
})

/** Completions where `‸` stands, after the sound recipe was there first, as it is while somebody writes. */
const complete = async (marked: string): Promise<readonly CompletionItem[]> => {
  const recipe = await openRecipe(server, folder, sound)
  await recipe.problems()
  await recipe.write(marked.replace('‸', ''))
  return server.complete(recipe.uri, positionOf(recipe.text(), marked.slice(0, marked.indexOf('‸') + 1)))
}
const labels = (items: readonly CompletionItem[]): string[] => items.map(({ label }) => label)
const inStep = (...lines: string[]): string =>
  sound.replace('steps:\n', `steps:\n  mine:\n${lines.map(line => `    ${line}\n`).join('')}`)
const inGate = (line: string): string => sound.replace('gates:\n', `gates:\n  mine: ${line}\n`)

test('a port takes steps of its type: a model', async () => {
  assert.equal(labels(await complete(inStep('kind: prune', 'model: ‸'))), ['base', 'pruned', 'tuned', 'int8'])
  assert.equal(labels(await complete(sound.replace('gates:', '  x: {kind: prune, model: ‸\ngates:'))), [
    'base',
    'pruned',
    'tuned',
    'int8',
  ])
})

test('a port takes steps of its type: a dataset', async () => {
  assert.equal(labels(await complete(inStep('kind: finetune', 'data: ‸'))), ['digits'])
})

test('a step is not offered to itself, nor to what it is made from', async () => {
  const found = labels(await complete(sound.replace('model: base, gran', 'model: ‸, gran')))
  assert.equal(found, ['base'])
})

test('list ports offer what is not listed yet', async () => {
  const found = labels(await complete(sound.replace('[base, tuned, int8]', '[base, ‸]')))
  assert.equal(found, ['pruned', 'tuned', 'int8'])
})

test('needs takes any step', async () => {
  const found = labels(await complete(inStep('kind: evaluate', 'needs: [‸]')))
  assert.equal(found, ['digits', 'base', 'pruned', 'tuned', 'int8', 'scores'])
})

test('behind a step and a dot: its outputs', async () => {
  const items = await complete(inStep('kind: prune', 'model: base.‸'))
  assert.equal(
    items.map(({ label, detail }) => `${label} ${detail}`),
    ['model model'],
  )
})

test('a step says what it is', async () => {
  const base = (await complete(inStep('kind: prune', 'model: ba‸'))).find(({ label }) => label === 'base')
  assert.is(base?.detail, 'train: model')
  assert.is(textOf(base?.documentation), 'The network to begin with.')
})

test('what is chosen replaces the word around the cursor', async () => {
  const marked = sound.replace('model: base, gran', 'model: b‸as, gran')
  const item = (await complete(marked)).find(({ label }) => label === 'base')!
  const edit = item.textEdit as { range: never; newText: string }
  assert.is(applied(marked.replace('‸', ''), [edit]), sound)
})

test('params inside an expression, with or without its end', async () => {
  const items = await complete(inStep('kind: train', 'epochs: ${{ params.‸ }}'))
  assert.equal(
    items.map(({ label, detail }) => `${label}: ${detail}`),
    ['epochs: number, default: 3', 'share: number, default: 0.5'],
  )
  assert.is(textOf(items[1]?.documentation), 'Share of filters to remove.')
  assert.equal(labels(await complete(inStep('kind: train', 'epochs: ${{ params.‸'))), ['epochs', 'share'])
  assert.equal(labels(await complete(inStep('kind: prune', 'sparsity: "${{ params.s‸ }}"'))), [
    'epochs',
    'share',
  ])
  assert.equal(labels(await complete(sound.replace('"${{ params.share }}"', '"${{ params.‸'))), [
    'epochs',
    'share',
  ])
})

test('the beginning of an expression: params and functions', async () => {
  const found = labels(await complete(inStep('kind: train', 'epochs: ${{ ‸ }}')))
  for (const name of ['params', 'min', 'round']) assert.ok(found.includes(name))
  assert.not(found.includes('base'))
})

test('kinds with what they do', async () => {
  const items = await complete(inStep('kind: ‸'))
  assert.ok(['dataset', 'train', 'prune', 'evaluate'].every(kind => labels(items).includes(kind)))
  assert.match(
    textOf(items.find(({ label }) => label === 'prune')?.documentation),
    'Removes the least important',
  )
})

test('keys of a kind: the required first, those of any step last', async () => {
  const items = await complete(inStep('kind: prune', '‸'))
  const sorted = labels(items.toSorted((a, b) => (a.sortText! < b.sortText! ? -1 : 1)))
  assert.equal(sorted.slice(0, 2), ['model', 'sparsity'])
  assert.ok(sorted.indexOf('norm') < sorted.indexOf('timeout'))
  assert.not(sorted.includes('kind'))
  assert.match(
    textOf(items.find(({ label }) => label === 'sparsity')?.documentation),
    'Share that is removed',
  )
})

test('keys in a flow map that is not closed yet', async () => {
  const found = labels(await complete(sound.replace('gates:', '  x: {kind: quantize, ‸\ngates:')))
  assert.ok(found.includes('weights') && found.includes('model'))
  assert.not(found.includes('sparsity'))
})

test('words, with the default first', async () => {
  const items = await complete(inStep('kind: prune', 'model: base', 'norm: ‸'))
  assert.equal(labels(items), ['l1', 'l2'])
  assert.is(items[0]?.detail, 'default')
})

test('layers and their fields', async () => {
  const items = await complete(inStep('kind: train', 'data: digits', 'model:', '  layers:', '    - ‸'))
  assert.ok(['flatten', 'conv2d', 'dense'].every(label => labels(items).includes(label)))
  const conv = items.find(({ label, insertTextFormat }) => label === 'conv2d' && insertTextFormat === 2)
  assert.is((conv!.textEdit as { newText: string }).newText, 'conv2d: {filters: $1, kernelSize: $2}')
  const fields = labels(await complete(inStep('kind: train', 'model: {layers: [{dense: {‸}}]}')))
  assert.ok(fields.includes('units') && fields.includes('activation'))
})

test('optimizers by name, as maps, and their fields', async () => {
  assert.ok(labels(await complete(inStep('kind: train', 'optimizer: ‸'))).includes('adam'))
  assert.ok(labels(await complete(inStep('kind: train', 'optimizer: {‸}'))).includes('sgd'))
  const fields = labels(await complete(inStep('kind: train', 'optimizer: {adam: {‸}}')))
  assert.ok(fields.includes('learningRate'))
  assert.not(fields.includes('momentum'))
})

test('layers of the real network in rules', async () => {
  const items = await complete(
    inStep('kind: prune', 'model: base', 'sparsity: 0.5', 'rules:', '  - layers: ‸'),
  )
  assert.equal(
    items.map(({ label, detail }) => `${label}: ${detail}`),
    ['stem: conv2d', 'maxPooling2d_1: maxPooling2d', 'flatten_1: flatten', 'dense_1: dense'],
  )
})

test('inside a check: steps, functions, and what is measured of a step', async () => {
  const start = labels(await complete(inGate('{check: ‸}')))
  for (const name of ['base', 'int8', 'scores', 'min', 'mean']) assert.ok(start.includes(name), name)
  assert.not(start.includes('digits'))
  const items = await complete(inGate('{check: int8.‸}'))
  for (const name of ['accuracy', 'loss', 'bytes', 'parameters', 'test'])
    assert.ok(labels(items).includes(name), name)
  assert.is(items.find(({ label }) => label === 'accuracy')?.detail, 'from scores')
  const unmeasured = labels(await complete(inGate('{check: pruned.‸}')))
  assert.ok(unmeasured.includes('bytes'))
  assert.not(unmeasured.includes('accuracy'))
})

test('the long form and splits', async () => {
  assert.equal(labels(await complete(inGate('{check: scores.‸}'))), ['base', 'tuned', 'int8'])
  assert.ok(labels(await complete(inGate('{check: scores.int8.‸}'))).includes('accuracy'))
  const split = labels(await complete(inGate('{check: int8.test.‸}')))
  assert.ok(split.includes('accuracy'))
  assert.not(split.includes('bytes'))
})

test('a second name of a check, behind a minus sign, and in when', async () => {
  assert.ok(labels(await complete(inGate('{check: int8.accuracy >= base.‸}'))).includes('accuracy'))
  assert.ok(labels(await complete(inGate('{check: int8.bytes-base.‸}'))).includes('bytes'))
  assert.ok(labels(await complete(inGate('{check: "true", when: tuned.‸}'))).includes('bytes'))
})

test("a gate's forms, its steps and its metrics", async () => {
  assert.ok(labels(await complete(inGate('{‸}'))).includes('nonInferior'))
  assert.equal(labels(await complete(inGate('{nonInferior: {candidate: ‸}}'))), ['base', 'tuned', 'int8'])
  assert.ok(labels(await complete(inGate('{nonInferior: {metric: ‸}}'))).includes('accuracy'))
  assert.ok(labels(await complete(inGate('{‸}'))).includes('accepted'))
  assert.ok(labels(await complete(inGate('{accepted: {metric: ‸}}'))).includes('int8'))
  assert.ok(labels(await complete(inGate('{accepted: {metric: int8.‸}}'))).includes('accuracy'))
  assert.equal(labels(await complete(inGate('{accepted: {metric: int8.bytes, better: ‸}}'))), [
    'higher',
    'lower',
  ])
})

test('params: the long form and types', async () => {
  const text = sound.replace('params:\n', 'params:\n  mine: {‸}\n')
  const keys = labels(await complete(text))
  assert.ok(['type', 'default', 'minimum'].every(key => keys.includes(key)))
  const types = labels(await complete(sound.replace('params:\n', 'params:\n  mine: {type: ‸}\n')))
  assert.equal(types, ['number', 'integer', 'string', 'boolean', 'path'])
})

test('forms of a text', async () => {
  const forms = ['every 1 epoch', 'every 500 steps', 'every 10m', 'never']
  assert.equal(labels(await complete(inStep('kind: finetune', 'checkpoint: ‸'))), forms)
  assert.not(labels(await complete(inStep('kind: prune', '‸'))).includes('checkpoint'))
})

test('top-level keys', async () => {
  const found = labels(await complete(sound.replace('seed: 7\n', '‸\n')))
  assert.ok(found.includes('seed') && found.includes('engine'))
  assert.not(found.includes('steps'))
})

test('nothing in a comment, in a description, and for an own name', async () => {
  assert.equal(labels(await complete(sound.replace('seed: 7', 'seed: 7 # ki‸'))), [])
  assert.equal(labels(await complete(inStep('kind: train', 'description: ‸'))), [])
})

test('what a broken line hides is still known', async () => {
  const text = inStep('kind: prune', 'model: ‸').replace('  base:\n', '  base: {{{\n')
  const found = labels(await complete(text))
  assert.ok(found.includes('base'), found.join())
  assert.ok(found.includes('int8'), found.join())
})
