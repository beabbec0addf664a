import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { editorSchema } from '../../src/language/editor-schema.js'
import { readKinds, readRecipe, type ReadRecipeOptions } from '../../src/language/read.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { kinds } from './kinds.js'
import { stepOf } from './rig.js'

const test = suite('plug-ins')

const module = (kind: string, more = ''): string => `
globalThis.loaded = [...(globalThis.loaded ?? []), ${JSON.stringify(kind)}]
export const spec = {
  kind: ${JSON.stringify(kind)},
  revision: 1,
  params: { type: 'object', properties: { by: { type: 'number', default: 2, description: 'Factor.' } }, additionalProperties: false },
  consumes: { data: 'dataset' },
  produces: { data: 'dataset' },
  ${more}
}
export const again = spec
export default spec
export const run = async () => ({ outputs: {} })
`
const loaded = (): string[] => (globalThis as { loaded?: string[] }).loaded ?? []

const steps = (kind: string): string => `steps:
  digits: {kind: dataset, source: {digits: {examples: 1}}}
  made: {kind: ${kind}, data: digits}
`

const project = (files: Readonly<Record<string, string>>) => {
  const folder = realpathSync(emptyFolder())
  mkdirSync(join(folder, '.git'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const read = (more: Partial<ReadRecipeOptions> = {}) =>
    readRecipe({ file: 'recipe.yml', kinds, cwd: folder, ...more })
  return { folder, read }
}

test('a kind of a file is checked, filled in and named by its module', async () => {
  const { folder, read } = project({
    'steps/twice.js': module('twice'),
    'recipe.yml': `trimtab: 1\nplugins: [./steps/twice.js]\n${steps('twice')}`,
  })
  const { recipe, problems, kinds: all } = await read()
  assert.equal(problems, [])
  const made = stepOf(recipe!, 'made')
  assert.equal(made.config, { by: 2 })
  assert.is(made.spec!.module, pathToFileURL(join(folder, 'steps/twice.js')).href)
  assert.equal(made.spec!.consumes, { data: { type: 'dataset' } })
  assert.is(made.spec!.lane, 'compute')
  assert.equal(
    all.map(({ kind }) => kind),
    [...kinds.map(({ kind }) => kind), 'twice'],
  )
  const schema = editorSchema(all) as { definitions: Record<string, { properties: Record<string, object> }> }
  assert.equal(Object.keys(schema.definitions['twice']!.properties).slice(0, 3), ['kind', 'data', 'by'])
})

test('a package is found as the project finds it, one that is only a module too', async () => {
  const { read } = project({
    'node_modules/trimtab-thrice/package.json': JSON.stringify({
      name: 'trimtab-thrice',
      version: '1.2.3',
      exports: { import: './main.mjs' },
    }),
    'node_modules/trimtab-thrice/main.mjs': module('thrice'),
    'deep/recipe.yml': `trimtab: 1\nplugins: [trimtab-thrice]\n${steps('thrice')}`,
  })
  const { recipe, problems } = await read({ file: 'deep/recipe.yml' })
  assert.equal(problems, [])
  assert.match(stepOf(recipe!, 'made').spec!.module!, /node_modules\/trimtab-thrice\/main\.mjs$/)
})

test('plug-ins of bases are loaded beside one’s own, from where they stand, and once', async () => {
  const { read } = project({
    'lib/a.js': module('ofBase'),
    'lib/base.yml': `trimtab: 1\nplugins: [./a.js]\n${steps('ofBase')}`,
    'b.js': module('ofMine'),
    'recipe.yml': `extends: lib/base.yml
plugins: [./b.js, ./lib/a.js]
steps: {more: {kind: ofMine, data: made}}`,
  })
  assert.equal((await read()).problems, [])
  assert.is(loaded().filter(kind => kind === 'ofBase').length, 1)
})

test('without trust nothing is imported, and only unknown kinds go unchecked', async () => {
  const { folder, read } = project({
    'shy.js': module('shy'),
    'recipe.yml': `trimtab: 1\nplugins: [./shy.js]\n${steps('shy')}`,
  })
  const { recipe, problems } = await read({ trustPlugins: false })
  assert.equal(
    problems.map(({ code, severity, at }) => [code, severity, at?.line]),
    [['plugin-not-loaded', 'warning', 2]],
  )
  assert.ok(stepOf(recipe!, 'made').poisoned)
  assert.not(loaded().includes('shy'))
  const options = { file: 'recipe.yml', kinds, cwd: folder }
  assert.is((await readKinds({ ...options, trustPlugins: false })).kinds.length, kinds.length)
  assert.not(loaded().includes('shy'))
  assert.is((await readKinds(options)).kinds.length, kinds.length + 1)
  assert.ok(loaded().includes('shy'))
})

test('TypeScript is loaded where Node.js strips types, and else refused with a hint', async () => {
  const { read } = project({
    'typed.ts': module('typed').replace("'dataset' }", "'dataset' as const }"),
    'recipe.yml': `trimtab: 1\nplugins: [./typed.ts]\n${steps('typed')}`,
  })
  const { problems } = await read()
  if ((process.features as { typescript?: unknown }).typescript) assert.equal(problems, [])
  else {
    assert.equal(
      problems.map(({ code }) => code),
      ['plugin-invalid'],
    )
    assert.match(problems[0]!.hint ?? '', /22\.18/)
  }
})

test('what a plug-in throws while a recipe is planned is a fault of its step', async () => {
  const { read } = project({
    'wild.js': module(
      'wild',
      `predict() { throw new Error('no idea') },
      measures() { throw new Error('no idea') },
      async inspect() { throw new Error('no idea') },`,
    ),
    'recipe.yml': `trimtab: 1\nplugins: [./wild.js]\n${steps('wild')}`,
  })
  const { spec } = stepOf((await read()).recipe!, 'made')
  const { faults } = spec!.predict({}, {})
  assert.equal(faults, [
    { code: 'plugin-broken', message: 'kind "wild" cannot predict what it makes: no idea' },
  ])
  assert.equal(spec!.measures!({}), [])
  assert.is((await spec!.inspect!({})).faults![0]!.code, 'plugin-broken')
})

test('a kind may keep its run in a module of its own', async () => {
  const { folder, read } = project({
    'run.js': 'export const run = async () => ({ outputs: {} })',
    'light.js': module('light', "module: new URL('./run.js', import.meta.url).href,").replace(
      /export const run.*/,
      '',
    ),
    'recipe.yml': `trimtab: 1\nplugins: [./light.js]\n${steps('light')}`,
  })
  const { recipe, problems } = await read()
  assert.equal(problems, [])
  assert.is(stepOf(recipe!, 'made').spec!.module, pathToFileURL(join(folder, 'run.js')).href)
})
