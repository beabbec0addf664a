import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { CompletionItem, Location } from 'vscode-languageserver/node'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { textOf, type Server } from './client.js'
import { openRecipe, positionOf, shown, sound, startTrimtab } from './lsp-rig.js'

const test = suite('trimtab lsp: plug-ins, pipelines and what it loads')

const labels = (items: readonly CompletionItem[]): string[] => items.map(({ label }) => label)
const complete = async (
  server: Server,
  folder: string,
  text: string,
  marked: string,
): Promise<readonly CompletionItem[]> => {
  const recipe = await openRecipe(server, folder, text)
  await recipe.problems()
  await recipe.write(marked.replace('‸', ''))
  return server.complete(recipe.uri, positionOf(recipe.text(), marked.slice(0, marked.indexOf('‸') + 1)))
}

/** A kind whose module leaves a trace when it is run. */
const plugin = `import { writeFileSync } from 'node:fs'
writeFileSync(new URL('./was-run', import.meta.url), '')
export const scale = {
  kind: 'scale',
  revision: 1,
  params: {
    type: 'object',
    description: 'Multiplies weights.',
    properties: {by: {type: 'number', exclusiveMinimum: 0, description: 'Factor of the weights.'}},
    required: ['by'],
    additionalProperties: false,
  },
  consumes: {model: 'model'},
  produces: {model: 'model'},
}
export const run = async () => ({outputs: {}})
`
const plugged = `trimtab: 1
plugins: [./scale.mjs]
steps:
  digits: {kind: dataset, source: {digits: {examples: 400}}, split: {train: 0.8, test: 0.2}}
  base: {kind: train, data: digits, model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}, epochs: 1}
  half: {kind: scale, model: base, by: 0.5}
  int8: {kind: quantize, model: half, data: digits, weights: int8}
`

test('code of plug-ins is not run unless the client trusts it', async () => {
  const { server, folder } = await startTrimtab()
  writeFileSync(join(folder, 'scale.mjs'), plugin)
  const recipe = await openRecipe(server, folder, plugged)
  const said = await recipe.problems()
  assert.equal(
    said.map(({ code, severity }) => `${code} ${severity}`),
    ['plugin-not-loaded 2'],
  )
  assert.is(shown(plugged, said[0]!.range), '2 plugins')
  const kinds = labels(await complete(server, folder, plugged, plugged.replace('kind: scale', 'kind: ‸')))
  assert.ok(kinds.includes('prune'))
  assert.not(kinds.includes('scale'))
  await recipe.write(plugged.replace('0.5}', '0.25}'))
  await recipe.problems()
  assert.is(await server.stop(), 0)
  assert.not(existsSync(join(folder, 'was-run')))
})

test('where it is trusted, its kinds are checked and completed', async () => {
  const { server, folder } = await startTrimtab({ trustPlugins: true })
  writeFileSync(join(folder, 'scale.mjs'), plugin)
  const recipe = await openRecipe(server, folder, plugged)
  assert.equal(await recipe.problems(), [])
  assert.ok(existsSync(join(folder, 'was-run')))
  await recipe.write(plugged.replace('by: 0.5', 'by: no'))
  assert.match(textOf((await recipe.problems())[0]?.message), 'by')
  await recipe.write(plugged)
  await recipe.problems()
  const at = (marked: string) => complete(server, folder, plugged, marked)
  assert.ok(labels(await at(plugged.replace('kind: scale', 'kind: ‸'))).includes('scale'))
  const keys = await at(plugged.replace('by: 0.5', '‸'))
  assert.is(textOf(keys.find(({ label }) => label === 'by')?.documentation), 'Factor of the weights.')
  assert.equal(labels(await at(plugged.replace('scale, model: base', 'scale, model: ‸'))), ['base'])
  const found = await recipe.at<Location>('textDocument/definition', positionOf(plugged, 'model: ba‸se'))
  assert.is(shown(plugged, found.range), '5 base')
  assert.is(await server.stop(), 0)
})

const inner = `trimtab: 1
params: {share: 0.5}
inputs: {net: model, data: dataset}
steps:
  cut: {kind: prune, model: net, granularity: filter, sparsity: "\${{ params.share }}"}
  tuned: {kind: finetune, model: cut, data: data, epochs: 1}
outputs: {small: tuned}
`
const outer = `trimtab: 1
steps:
  digits: {kind: dataset, source: {digits: {examples: 400}}, split: {train: 0.8, validation: 0.1, test: 0.1}}
  base: {kind: train, data: digits, model: {layers: [{conv2d: {filters: 4, kernelSize: 3}}, flatten, {dense: {units: 10, activation: softmax}}]}, epochs: 1}
  slim: {kind: pipeline, uses: inner.yml, inputs: {net: base, data: digits}, params: {share: 0.25}}
  int8: {kind: quantize, model: slim.small, data: digits, weights: int8}
  scores: {kind: evaluate, models: [base, int8], data: digits}
gates:
  fine: {check: int8.accuracy > 0}
`

test('pipelines: inputs are names, outputs are completed, the file is gone to', async () => {
  const { server, folder } = await startTrimtab()
  writeFileSync(join(folder, 'inner.yml'), inner)
  const recipe = await openRecipe(server, folder, outer)
  assert.equal(await recipe.problems(), [])
  const definition = (marked: string) =>
    recipe.at<Location>('textDocument/definition', positionOf(outer, marked))
  assert.is(shown(outer, (await definition('net: ba‸se')).range), '4 base')
  assert.is(shown(outer, (await definition('model: sl‸im.small')).range), '5 slim')
  assert.is(fileURLToPath((await definition('uses: inn‸er.yml')).uri), join(folder, 'inner.yml'))
  const at = async (marked: string) => labels(await complete(server, folder, outer, marked))
  assert.equal(await at(outer.replace('slim.small', 'slim.‸')), ['small'])
  assert.equal(await at(outer.replace('model: slim.small', 'model: ‸')), ['slim', 'base'])
  const given = await at(outer.replace('net: base', 'net: ‸'))
  assert.ok(given.includes('base') && given.includes('digits'), given.join())
  assert.not(given.includes('slim'))
  const checked = await at(outer.replace('int8.accuracy > 0', '‸'))
  assert.ok(checked.includes('int8'))
  assert.not(
    checked.some(label => label.includes('/')),
    checked.join(),
  )
  const keys = await at(outer.replace('params: {share: 0.25}', '‸'))
  assert.ok(keys.includes('params'))
  assert.is(await server.stop(), 0)
})

test('a renamed step is renamed in the inputs of pipelines', async () => {
  const { server, folder } = await startTrimtab()
  writeFileSync(join(folder, 'inner.yml'), inner)
  const recipe = await openRecipe(server, folder, outer)
  const found = await recipe.at<Location[]>('textDocument/references', positionOf(outer, '  ba‸se:'), {
    context: { includeDeclaration: true },
  })
  assert.equal(
    found.map(({ range }) => shown(outer, range)),
    ['4 base', '5 base', '7 base'],
  )
  assert.is(await server.stop(), 0)
})

test('no tensor library is loaded while a recipe is written', async () => {
  const hooks = emptyFolder()
  writeFileSync(
    join(hooks, 'hook.mjs'),
    `export const resolve = (name, context, next) => {
      if (/^(@tensorflow[/]|onnxruntime-node)/.test(name)) throw new Error('tensor library asked for: ' + name)
      return next(name, context)
    }`,
  )
  const start = join(hooks, 'start.mjs')
  const hook = JSON.stringify(pathToFileURL(join(hooks, 'hook.mjs')).href)
  writeFileSync(start, `import { register } from 'node:module'\nregister(${hook})\n`)
  const { server, folder } = await startTrimtab(undefined, ['--import', pathToFileURL(start).href])
  const recipe = await openRecipe(server, folder, sound)
  assert.equal(await recipe.problems(), [])
  const at = positionOf(sound, 'check: int8.accu‸racy')
  assert.ok((await server.complete(recipe.uri, at)).length > 0)
  await recipe.at('textDocument/hover', positionOf(sound, 'data: dig‸its'))
  assert.is(await server.stop(), 0)
})

test('the server ends when its editor goes away', async () => {
  const { server } = await startTrimtab()
  server.leave()
  assert.is(await server.exited, 1)
})
