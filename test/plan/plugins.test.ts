import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { differencesOf } from '../../src/plan/differences.js'
import { assert, suite } from '../suite.js'
import { bench, instanceOf } from './rig.js'

const test = suite('identity of plug-ins')

const plugin = `
import { half } from './lib/half.js'
import 'node:fs'
import tiny from 'tiny-package'
// import './lib/commented.js'
export const spec = {
  kind: 'own',
  revision: 1,
  params: { type: 'object', properties: {}, additionalProperties: false },
  produces: { model: 'model' },
}
export const run = async () => {
  await import('./lib/late.js')
  await import(\`./lib/\${half}.js\`)
  return { outputs: {} }
}
`
const files = {
  'own.js': plugin,
  'lib/half.js': "export { third } from '../third.mjs'\nexport const half = 0.5\n",
  'third.mjs': "import './lib/half.js'\nexport const third = 1 / 3\n",
  'lib/late.js':
    "import data from './data.json' with { type: 'json' }\nimport { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\nrequire('./old')\nexport default data\n",
  'lib/old.cjs': 'module.exports = 1\n',
  'lib/old/index.js': '',
  'lib/data.json': '{"a": 1}',
  'lib/commented.js': '',
  'lib/unrelated.js': '// nothing\n',
  'node_modules/tiny-package/package.json':
    '{"name": "tiny-package", "version": "1.0.0", "exports": "./index.js"}',
  'node_modules/tiny-package/index.js': "import './more.js'\nexport default 1\n",
  'node_modules/tiny-package/more.js': '',
}
const text = 'plugins: [./own.js]\nsteps: {made: {kind: own}}\n'

/** The key of the plug-in's step, before and after files are written. */
const keys = async (changes: Readonly<Record<string, string>>) => {
  const made = await bench({ ...files, '.git/HEAD': '' })
  const key = async () => {
    const plan = await made.plan(text)
    assert.equal(plan.problems, [])
    const { status } = instanceOf(plan, 'made')
    return status.type === 'miss' ? status.key : undefined
  }
  const before = await key()
  assert.ok(before)
  assert.is(await key(), before)
  for (const [name, content] of Object.entries(changes)) {
    mkdirSync(join(made.folder, name, '..'), { recursive: true })
    writeFileSync(join(made.folder, name), content)
  }
  return { before, after: await key() }
}

const add = (name: keyof typeof files): Record<string, string> => ({ [name]: `${files[name]}// changed\n` })

test('every file of the project that it reaches is in the key', async () => {
  for (const name of ['own.js', 'lib/half.js', 'third.mjs', 'lib/late.js'] as const) {
    const { before, after } = await keys(add(name))
    assert.is.not(before, after, name)
  }
  const data = await keys({ 'lib/data.json': '{"a": 2}' })
  assert.is.not(data.before, data.after)
  const old = await keys({ 'lib/old/index.js': '// more' })
  assert.is.not(old.before, old.after)
})

test('what it does not reach is not', async () => {
  for (const name of ['lib/unrelated.js', 'lib/commented.js'] as const) {
    const { before, after } = await keys(add(name))
    assert.is(before, after, name)
  }
})

test('packages count by their version', async () => {
  const inside = await keys(add('node_modules/tiny-package/more.js'))
  assert.is(inside.before, inside.after)
  const manifest = files['node_modules/tiny-package/package.json']
  const raised = await keys({ 'node_modules/tiny-package/package.json': manifest.replace('1.0.0', '1.0.1') })
  assert.is.not(raised.before, raised.after)
})

test('the identity names files by their way from the entry, and keys do not depend on where the project lies', async () => {
  const [a, b] = await Promise.all([keys({}), keys({})])
  assert.is(a.before, b.before)
  const made = await bench({ ...files, '.git/HEAD': '' })
  const { module } = instanceOf(await made.plan(text), 'made').identity as {
    module: { files: Record<string, string>; packages: string[] }
  }
  assert.equal(Object.keys(module.files), [
    'lib/data.json',
    'lib/half.js',
    'lib/late.js',
    'lib/old/index.js',
    'own.js',
    'third.mjs',
  ])
  assert.equal(module.packages, ['tiny-package@1.0.0'])
})

test('what differs is named: a file of the plug-in, or a package', () => {
  const identity = (helper: string, version: string) => ({
    kind: 'own',
    module: { files: { 'own.js': 'sha256:1', 'lib/half.js': helper }, packages: [`tiny@${version}`] },
  })
  const text = (was: object, is: object) =>
    differencesOf(was as Record<string, unknown>, is as Record<string, unknown>, new Map()).map(
      each => each.text,
    )
  assert.equal(text(identity('sha256:2', '1.0.0'), identity('sha256:3', '1.0.0')), [
    "the plug-in's lib/half.js has other content",
  ])
  assert.equal(text(identity('sha256:2', '1.0.0'), identity('sha256:2', '2.0.0')), [
    'the plug-in imports tiny@2.0.0 now',
  ])
})
