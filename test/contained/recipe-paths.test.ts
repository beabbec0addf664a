import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../suite.js'
import { codesOf, dataset, makeWorld, pipeAt, planIn, put } from './rig.js'

const test = suite('paths of a recipe stay in the project')

const world = makeWorld()
const { project, outside } = world
const at = (...names: string[]): string => join(project, ...names)

symlinkSync(join(outside, 'images'), at('data/link'))
symlinkSync(outside, at('data/folder'))
symlinkSync(at('data/images'), at('data/inside'))
symlinkSync('loop', at('data/loop'))
symlinkSync(join(outside, 'nothing'), at('data/dangling'))
pipeAt(at('data/pipe'))

const cases: Readonly<Record<string, readonly [path: string, ...codes: string[]]>> = {
  'a file of the project': ['data/images'],
  'a way through the project': ['data/../data/images'],
  'a link inside of it': ['data/inside'],
  'a way out': ['../outside/images', 'path-outside'],
  'a way out through a folder that is not there': ['none/../../outside/images', 'path-outside'],
  'an absolute path': [join(outside, 'images'), 'path-outside'],
  'a link to a file outside': ['data/link', 'path-outside'],
  'a link to a folder outside': ['data/folder/images', 'path-outside'],
  'a link to nothing outside': ['data/dangling', 'file-missing'],
  'links in a circle': ['data/loop', 'file-missing'],
  'an address': [`file://${project}/data/images`, 'file-missing'],
  'a NUL character': ['data/images\0', 'wrong-value'],
  'a name that no disk has': [`data/${'x'.repeat(300)}`, 'file-missing'],
  'a path that no system opens': [`${'a/'.repeat(3000)}b`, 'wrong-value'],
  'another case': ['DATA/images', 'file-missing'],
  'a folder': ['data', 'file-format'],
  'a pipe, which nobody writes to': ['data/pipe', 'file-format'],
  'a device without an end': ['/dev/zero', 'path-outside'],
}
for (const [name, [path, ...codes]] of Object.entries(cases))
  test(name, async () => {
    assert.equal(codesOf(await planIn(world, dataset(path))), codes)
  })

const given = 'params: {images: {type: path}}\n'
const named = given + dataset('${{ params.images }}')

test('what is given on the command line may lie anywhere, and must be a file', async () => {
  const codes = async (images: string) => codesOf(await planIn(world, named, { set: { images } }))
  assert.equal(await codes(join(outside, 'images')), [])
  assert.equal(await codes('/dev/zero'), ['file-format'])
  assert.equal(await codes('/dev/null'), ['file-format'])
  assert.equal(await codes('/proc/self/environ'), ['file-truncated'])
  assert.equal(await codes('/proc/kmsg'), ['file-truncated'])
  assert.equal(await codes('data/pipe'), ['file-format'])
  // A text is no path: naming one does not allow it.
  const text = named.replace('type: path', 'type: string')
  const refused = await planIn(world, text, { set: { images: join(outside, 'images') } })
  assert.equal(codesOf(refused), ['path-outside'])
})

test('a path in a file of params is given; a default is not', async () => {
  put(join(outside, 'p.yml'), 'images: images\n')
  assert.equal(codesOf(await planIn(world, named, { paramsFiles: [join(outside, 'p.yml')] })), [])
  const byDefault = named.replace('{type: path}', `{type: path, default: ${join(outside, 'images')}}`)
  assert.equal(codesOf(await planIn(world, byDefault)), ['path-outside'])
})

test('allowPaths: files and folders, relative or by links; others stay refused', async () => {
  const codes = async (allow: string, path = '../outside/images') =>
    codesOf(await planIn(world, `allowPaths: [${allow}]\n${dataset(path)}`))
  assert.equal(await codes('../outside'), [])
  assert.equal(await codes(join(outside, 'images')), [])
  assert.equal(await codes('data/folder'), [])
  assert.equal(await codes('../outside/'), [])
  assert.equal(await codes('../outside/labels'), ['path-outside'])
  assert.equal(await codes('../out'), ['path-outside'])
  assert.equal(await codes('"../outside\\0"'), ['path-outside'])
  assert.equal(await codes('../outside', 'data/link'), [])
  assert.equal(await codes('/dev', '/dev/zero'), ['file-format'])
})

test('allowPaths of a base counts from its own file, and gives way to that of the recipe', async () => {
  put(
    at('bases/base.yml'),
    `trimtab: 1\nallowPaths: [../../outside]\n${dataset('../data/images', '../data/labels')}`,
  )
  const over = 'extends: bases/base.yml\nsteps: {a: {source: {idx: {images: ../outside/images}}}}\n'
  assert.equal(codesOf(await planIn(world, over)), [])
  assert.equal(codesOf(await planIn(world, `allowPaths: []\n${over}`)), ['path-outside'])
})

test('extends, plugins and pipelines: out, pipes, NUL and endless names are told where they stand', async () => {
  const text = `trimtab: 1\n${dataset('data/images')}`
  put(join(outside, 'base.yml'), text)
  put(join(outside, 'step.mjs'), 'export const kinds = 1\n')
  rmSync(at('recipes'), { recursive: true, force: true })
  mkdirSync(at('recipes'))
  pipeAt(at('recipes/pipe.yml'))
  pipeAt(at('recipes/pipe.mjs'))
  symlinkSync(join(outside, 'base.yml'), at('recipes/link.yml'))
  const long = `./${'a/'.repeat(400_000)}b.yml`
  const codes = async (head: string) => [
    ...new Set(codesOf(await planIn(world, `${head}\n${dataset('data/images')}`))),
  ]
  const uses = async (path: string) => [
    ...new Set(codesOf(await planIn(world, `steps: {p: {kind: pipeline, uses: ${path}}}\n`))),
  ]
  assert.equal(await codes('extends: ../outside/base.yml'), ['path-outside'])
  assert.equal(await codes('extends: recipes/link.yml'), ['path-outside'])
  assert.equal(await codes('extends: recipes/pipe.yml'), ['recipe-unreadable'])
  assert.equal(await codes('extends: "a\\0.yml"'), ['wrong-value'])
  assert.equal(await codes(`extends: ${long}`), ['wrong-value'])
  assert.equal(await codes('plugins: [../outside/step.mjs]'), ['path-outside'])
  assert.equal(await codes('plugins: [./recipes/pipe.mjs]'), ['plugin-missing'])
  assert.equal(await codes('plugins: ["./a\\0.mjs"]'), ['wrong-value'])
  assert.equal(await codes(`plugins: [${long}]`), ['wrong-value'])
  assert.equal(await uses('../outside/base.yml'), ['path-outside'])
  assert.equal(await uses('recipes/link.yml'), ['path-outside'])
  assert.equal(await uses('recipes/pipe.yml'), ['recipe-unreadable'])
  assert.equal(await uses('"a\\0.yml"'), ['wrong-value'])
  assert.equal(await uses(long), ['wrong-value'])
  // What allowPaths allows, it allows to all of them.
  assert.equal(await codes('extends: ../outside/base.yml\nallowPaths: [../outside]'), [])
  assert.equal(await codes('plugins: [../outside/step.mjs]\nallowPaths: [../outside]'), ['plugin-invalid'])
})

test('a recipe that is a pipe or a device is refused without waiting', async () => {
  const codes = async (recipe: string) => codesOf(await planIn(world, '', { recipe }))
  pipeAt(at('pipe.yml'))
  assert.equal(await codes('pipe.yml'), ['recipe-unreadable'])
  assert.equal(await codes('/dev/zero'), ['recipe-unreadable'])
  assert.equal(codesOf(await planIn(world, dataset('data/images'), { paramsFiles: ['/dev/zero'] })), [
    'too-large',
  ])
})
