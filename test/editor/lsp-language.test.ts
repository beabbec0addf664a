import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CompletionItem, Location } from 'vscode-languageserver/node'
import { assert, suite } from '../suite.js'
import { textOf, type Server } from './client.js'
import { applied, openRecipe, positionOf, shown, sound, startTrimtab } from './lsp-rig.js'

const test = suite('trimtab lsp: matrix, choices, bases, inputs')
let server: Server
let folder: string

test.before(async () => {
  const started = await startTrimtab()
  server = started.server
  folder = started.folder
  writeFileSync(join(folder, 'base.yml'), sound)
})
test.after(async () => {
  assert.is(await server.stop(), 0)
})

/** A recipe with a matrix and a choice. */
const choosing = sound
  .replace('gates:\n', '')
  .replace(/ {2}(kept-accuracy|long|paired):.*\n/g, '')
  .replace(
    '  int8:',
    `  cut:
    kind: prune
    model: base
    granularity: filter
    sparsity: \${{ matrix.share }}
    matrix: {share: [0.2, 0.5]}
  best: {kind: select, from: [base, tuned, int8], where: it.accuracy >= base.accuracy - 0.5, minimize: it.bytes}
  last: {kind: quantize, model: "cut[share=0.5]", data: digits, weights: int8}
  int8:`,
  )
  .concat('gates:\n  each-one: {each: cut, check: cut.bytes < base.bytes}\n')

const complete = async (text: string, marked: string): Promise<readonly CompletionItem[]> => {
  const recipe = await openRecipe(server, folder, text)
  await recipe.problems()
  await recipe.write(marked.replace('‸', ''))
  return server.complete(recipe.uri, positionOf(recipe.text(), marked.slice(0, marked.indexOf('‸') + 1)))
}
const labels = (items: readonly CompletionItem[]): string[] => items.map(({ label }) => label)
const definition = async (text: string, marked: string): Promise<Location | null> => {
  const recipe = await openRecipe(server, folder, text)
  await recipe.problems()
  return recipe.at('textDocument/definition', positionOf(text, marked))
}

test('a recipe with a matrix and a choice is sound', async () => {
  const recipe = await openRecipe(server, folder, choosing)
  assert.equal(
    (await recipe.problems()).filter(({ severity }) => severity === 1),
    [],
  )
})

test('names in an instance, in a choice and in each lead to their steps', async () => {
  for (const [marked, wanted] of [
    ['"cu‸t[share', '21 cut'],
    ['from: [base, tu‸ned', '20 tuned'],
    ['>= ba‸se.accuracy - 0.5', '8 base'],
    ['each: cu‸t', '21 cut'],
  ] as const)
    assert.is(shown(choosing, (await definition(choosing, marked))!.range), wanted, marked)
  assert.is(await definition(choosing, 'where: i‸t.accuracy'), null)
})

test('a step is renamed in instances, choices and each', async () => {
  const recipe = await openRecipe(server, folder, choosing)
  const { changes } = await recipe.at<{ changes: Record<string, never[]> }>(
    'textDocument/rename',
    positionOf(choosing, '  cut:'),
    { newName: 'slim' },
  )
  const next = applied(choosing, changes[recipe.uri]!)
  assert.is(next, choosing.replaceAll('cut', 'slim'))
})

test('axes inside an expression', async () => {
  const marked = choosing.replace('${{ matrix.share }}', '${{ matrix.‸ }}')
  assert.equal(labels(await complete(choosing, marked)), ['share'])
  const start = choosing.replace('${{ matrix.share }}', '${{ ‸ }}')
  assert.equal(labels(await complete(choosing, start)).slice(0, 2), ['params', 'matrix'])
  const other = choosing.replace('epochs: ${{ params.epochs }}', 'epochs: ${{ ‸ }}')
  assert.not(labels(await complete(choosing, other)).includes('matrix'))
})

test('metrics of candidates, behind it', async () => {
  const found = labels(await complete(choosing, choosing.replace('it.bytes', 'it.‸')))
  for (const name of ['bytes', 'parameters', 'accuracy']) assert.ok(found.includes(name), found.join())
  const names = labels(await complete(choosing, choosing.replace('it.accuracy', '‸')))
  assert.ok(names.includes('it') && names.includes('base'))
})

test('metrics in when', async () => {
  const marked = choosing.replace('    matrix: {share', '    when: int8.‸\n    matrix: {share')
  assert.ok(labels(await complete(choosing, marked)).includes('accuracy'))
})

test('candidates, each, layersOf', async () => {
  assert.equal(
    labels(await complete(choosing, choosing.replace('[base, tuned, int8], where', '[base, ‸], where'))),
    ['pruned', 'tuned', 'cut', 'last', 'int8'],
  )
  assert.equal(labels(await complete(choosing, choosing.replace('each: cut', 'each: ‸'))), ['cut'])
  const axis = choosing.replace('matrix: {share', 'matrix: {layer: {layersOf: ‸}, share')
  assert.equal(labels(await complete(choosing, axis)), ['base', 'pruned', 'tuned', 'best', 'int8'])
})

/** A recipe over `base.yml`. */
const over = `trimtab: 1
extends: base.yml
steps:
  mine: {kind: prune, model: base, sparsity: "\${{ params.share }}"}
gates:
  smaller: {check: int8.bytes < base.bytes}
`

test('steps of a base lead into its file', async () => {
  for (const marked of ['model: ba‸se', '< ba‸se.bytes']) {
    const found = await definition(over, marked)
    assert.is(fileURLToPath(found!.uri), join(folder, 'base.yml'))
    assert.is(shown(sound, found!.range), '8 base')
  }
})

test('steps, params and metrics of a base are offered', async () => {
  assert.equal(labels(await complete(over, over.replace('model: base', 'model: ‸'))), [
    'base',
    'pruned',
    'tuned',
    'int8',
  ])
  assert.equal(labels(await complete(over, over.replace('params.share', 'params.‸'))), ['epochs', 'share'])
  assert.ok(labels(await complete(over, over.replace('int8.bytes', 'int8.‸'))).includes('accuracy'))
})

test('a step of a base is not renamed from outside', async () => {
  const recipe = await openRecipe(server, folder, over)
  await recipe.problems()
  let message = ''
  await recipe
    .at('textDocument/rename', positionOf(over, 'model: ba‸se'), { newName: 'other' })
    .catch((error: Error) => (message = error.message))
  assert.is(message, 'There is no step "base" in this file.')
})

test('a problem of a base stands at extends, with the way there', async () => {
  writeFileSync(join(folder, 'faulty.yml'), sound.replace('filter, sparsity', 'filtre, sparsity'))
  const text = over.replace('base.yml', 'faulty.yml')
  const recipe = await openRecipe(server, folder, text)
  const [said] = await recipe.problems()
  assert.is(shown(text, said!.range), '2 extends')
  assert.match(textOf(said!.message), /^faulty.yml:19:\d+: .*"filtre"/)
  assert.is(fileURLToPath(said!.relatedInformation![0]!.location.uri), join(folder, 'faulty.yml'))
})

test('the unsaved text of a base counts', async () => {
  writeFileSync(join(folder, 'lower.yml'), sound)
  const base = await server.open(`file://${join(folder, 'lower.yml')}`, sound.replaceAll('base', 'parent'))
  assert.is(base, undefined)
  const recipe = await openRecipe(server, folder, over.replace('base.yml', 'lower.yml'))
  const said = (await recipe.problems()).map(({ message }) => textOf(message))
  assert.match(said.join('\n'), 'there is no step "base"')
})

const taking = `trimtab: 1
inputs: {data: dataset, net: {type: model}}
steps:
  small: {kind: prune, model: net, granularity: filter, sparsity: 0.5}
  tuned: {kind: finetune, model: small, data: data}
outputs: {result: tuned.model}
`

test('inputs are named like steps, outputs name steps', async () => {
  assert.is(shown(taking, (await definition(taking, 'model: ne‸t'))!.range), '2 net')
  assert.is(shown(taking, (await definition(taking, 'result: tun‸ed'))!.range), '5 tuned')
  assert.equal(labels(await complete(taking, taking.replace('model: net', 'model: ‸'))), ['net'])
  assert.equal(labels(await complete(taking, taking.replace('tuned.model}', '‸}'))), [
    'small',
    'tuned',
    'data',
    'net',
  ])
})
