import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRecipe } from '../../src/language/read.js'
import { isSecretName, secretForm } from '../../src/language/secrets.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { kinds } from './kinds.js'

const test = suite('params')

const text = `trimtab: 1
params:
  epochs: {type: integer, default: 1, minimum: 1}
  rate: 0.1
  fast: false
  name: tiny
  data: {type: path, default: here.csv}
steps:
  digits: {kind: dataset, source: {digits: {examples: 100}}}
`

interface Given {
  readonly set?: Record<string, string>
  readonly env?: Record<string, string>
  readonly paramsFiles?: readonly string[]
}

/** A folder with the recipe, and files of params in folders of their own. */
const project = (files: Readonly<Record<string, string>> = {}) => {
  const folder = realpathSync(emptyFolder())
  writeFileSync(join(folder, 'recipe.yml'), text)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  const read = (given: Given = {}) => readRecipe({ file: 'recipe.yml', kinds, cwd: folder, ...given })
  return { folder, read }
}

test('default < files, later over earlier < environment < --set', async () => {
  const { read } = project({
    'a.yml': 'epochs: 2\nrate: 0.2\nname: "two"\nfast: true\n',
    'b.json': '{\n\t"epochs": 3,\n\t"rate": 0.3\n}\n',
  })
  const values = async (given: Given) => {
    const { recipe, problems } = await read(given)
    assert.equal(problems, [])
    const { epochs, rate, fast, name } = recipe!.params
    return [epochs, rate, fast, name]
  }
  assert.equal(await values({}), [1, 0.1, false, 'tiny'])
  assert.equal(await values({ paramsFiles: ['a.yml'] }), [2, 0.2, true, 'two'])
  assert.equal(await values({ paramsFiles: ['a.yml', 'b.json'] }), [3, 0.3, true, 'two'])
  assert.equal(await values({ paramsFiles: ['b.json', 'a.yml'] }), [2, 0.2, true, 'two'])
  const env = { TRIMTAB_PARAM_EPOCHS: '4', TRIMTAB_PARAM_FAST: 'false' }
  assert.equal(await values({ paramsFiles: ['a.yml', 'b.json'], env }), [4, 0.3, false, 'two'])
  const set = { epochs: '5', name: '7' }
  assert.equal(await values({ paramsFiles: ['a.yml', 'b.json'], env, set }), [5, 0.3, false, '7'])
})

test('what was given outside the recipe is told apart, and nothing else', async () => {
  const { read } = project({ 'a.yml': 'rate: 0.1\n' })
  const { recipe } = await read({ paramsFiles: ['a.yml'], set: { epochs: '2' } })
  assert.equal(recipe!.set, { rate: 0.1, epochs: 2 })
})

test('a path is resolved where it was written', async () => {
  const { folder, read } = project({ 'more/a.yml': 'data: there.csv\n' })
  const data = async (given: Given) => (await read(given)).recipe!.params['data']
  assert.is(await data({}), join(folder, 'here.csv'))
  assert.is(await data({ paramsFiles: ['more/a.yml'] }), join(folder, 'more/there.csv'))
  assert.is(await data({ set: { data: 'set.csv' } }), join(folder, 'set.csv'))
})

test('a faulty file is told at its place, and the rest is read all the same', async () => {
  const { folder, read } = project({ 'bad.yml': 'epochs: [1\n', 'a.yml': 'epochs: 0\n' })
  const { problems } = await read({ paramsFiles: ['bad.yml', 'a.yml', 'none.yml'] })
  assert.equal(
    problems.map(({ code, at }) => [code, at?.file, at?.line]),
    [
      ['params-missing', undefined, undefined],
      ['wrong-param', join(folder, 'a.yml'), 1],
      ['yaml-syntax', join(folder, 'bad.yml'), 1],
    ],
  )
})

test('names that are secrets, and names that only look like it', () => {
  const secret =
    'token apiToken API_TOKEN accessToken password dbPassword DB_PASSWORD passwd secret clientSecret secretKey apiKey APIKey api_key apikey accessKey awsAccessKey credential credentials privateKey'
  const plain =
    'tokenizer tokens maxTokens padToken maskToken keys key keyboard monkey secretary passes accessible epochs data'
  assert.equal(
    secret.split(' ').filter(name => !isSecretName(name, true)),
    [],
  )
  assert.equal(
    plain.split(' ').filter(name => isSecretName(name, true)),
    [],
  )
  assert.not(isSecretName('tokenLimit', false))
})

test('values that are secrets by their form', () => {
  const zeros = '0'.repeat(36)
  const secret = [
    'AKIAIOSFODNN7EXAMPLE',
    `ghp_${zeros}`,
    `npm_${zeros}`,
    'xoxb-0000000000-000',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIE',
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
  ]
  for (const value of secret) assert.ok(secretForm(value), value)
  for (const value of ['data/mnist', 'ghp_short', 'npm_config_registry', 'AKIA', 'eyJ', `sha256:${zeros}`])
    assert.is(secretForm(value), undefined, value)
})

test('a secret is shown nowhere, whatever else is wrong beside it', async () => {
  const { read } = project({ 'a.yml': 'password: hunter2\nepoch: 1\n' })
  const shown = JSON.stringify((await read({ paramsFiles: ['a.yml'] })).problems)
  assert.match(shown, /unknown-param/)
  assert.not.match(shown, /hunter2/)
  const key = `ghp_${'1'.repeat(36)}`
  for (const value of [key, `[${key}]`, `{type: number, default: ${key}}`, `|\n    a\n    ${key}`]) {
    const folder = realpathSync(emptyFolder())
    const steps = 'steps:\n  digits: {kind: dataset, source: {digits: {examples: 100}}}\n'
    writeFileSync(
      join(folder, 'recipe.yml'),
      `trimtab: 1\nparams:\n  k: ${value}\n  epochs: two: three\n${steps}`,
    )
    const broken = await readRecipe({ file: 'recipe.yml', kinds, cwd: folder })
    assert.equal(
      broken.problems.map(({ code }) => code),
      ['yaml-syntax'],
    )
    assert.not.match(JSON.stringify(broken.problems), /ghp_1/)
    writeFileSync(join(folder, 'recipe.yml'), `trimtab: 1\nparams:\n  k: ${value}\n  ep ochs: 3\n${steps}`)
    const found = await readRecipe({ file: 'recipe.yml', kinds, cwd: folder, set: { k: key } })
    assert.equal(found.problems.map(({ code }) => code).sort(), ['secret-param', 'wrong-name'])
    assert.not.match(JSON.stringify(found.problems), /ghp_1/)
    assert.is(found.recipe!.params['k'], undefined)
  }
})
