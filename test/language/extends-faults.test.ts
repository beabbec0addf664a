import { realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { base, over, project } from './extends-rig.js'
import { stepOf } from './rig.js'

const test = suite('faults of what is extended')

test('a fault in an inherited value points into the file that it came from', async () => {
  const faulty = base.replace('epochs: "${{ params.epochs }}"', 'epochs: ten')
  assert.equal(await over('', { 'lib/base.yml': faulty }).told(), ['lib/base.yml:14 wrong-type'])
  assert.equal(await over('steps: {base: {epochs: 1}}', { 'lib/base.yml': faulty }).told(), [])
  assert.equal(await over('steps: {base: {kind: train, epohcs: 1}}').told(), ['recipe.yml:2 unknown-key'])
  const { recipe, problems } = await over('steps: {base: {data: nothing}}').read()
  assert.match(problems[0]!.frame ?? '', /data: nothing/)
  assert.match(recipe!.frame(stepOf(recipe!, 'pruned').at), /^16 .*\n17 .*pruned/)
})

test('a base with faults of YAML has them told in it, and nothing else is said', async () => {
  assert.equal(await over('', { 'lib/base.yml': 'a: [1\nb: 2' }).told(), ['lib/base.yml:1 yaml-syntax'])
  assert.equal(await over('', { 'lib/base.yml': '' }).told(), ['lib/base.yml:1 empty-recipe'])
  assert.equal(await over('', { 'lib/base.yml': '- a' }).told(), ['lib/base.yml:1 wrong-type'])
})

test('a base of another version of the language is told of, and nothing else', async () => {
  const old = base.replace('trimtab: 1', 'trimtab: 0')
  assert.equal(await over('', { 'lib/base.yml': old }).told(), ['lib/base.yml:1 old-version'])
  assert.equal(await over('trimtab: 9').told(), ['recipe.yml:2 newer-version'])
})

test('circles are told with their trail', async () => {
  const { read } = project({
    'recipe.yml': 'trimtab: 1\nextends: lib/a.yml',
    'lib/a.yml': 'extends: b.yml',
    'lib/b.yml': 'extends: [../recipe.yml]',
  })
  const { problems } = await read()
  assert.is(problems.length, 1)
  assert.is(problems[0]!.code, 'extends-cycle')
  assert.match(problems[0]!.message, /recipe\.yml → lib\/a\.yml → lib\/b\.yml → recipe\.yml/)
})

test('what lies outside of the project is read only where it is allowed, symlinks followed', async () => {
  const elsewhere = realpathSync(emptyFolder())
  writeFileSync(
    join(elsewhere, 'base.yml'),
    base.replaceAll('idx: {images: images.idx, labels: labels.idx}', 'digits: {examples: 1}'),
  )
  const { told, folder } = project({ 'recipe.yml': `extends: ${join(elsewhere, 'base.yml')}` })
  assert.equal(await told(), ['recipe.yml:1 path-outside'])
  assert.equal(await told({ allow: [elsewhere] }), [])
  writeFileSync(
    join(folder, 'recipe.yml'),
    `extends: ${join(elsewhere, 'base.yml')}\nallowPaths: [${elsewhere}]`,
  )
  assert.equal(await told(), [])
  symlinkSync(join(elsewhere, 'base.yml'), join(folder, 'link.yml'))
  writeFileSync(join(folder, 'recipe.yml'), 'extends: link.yml')
  assert.equal(await told(), ['recipe.yml:1 path-outside'])
})

test('a secret of a base is shown nowhere', async () => {
  const { problems } = await over('params: {password: null}\nsteps: {base: {epochs: ten}}', {
    'lib/base.yml': base.replace('  epochs: 3', '  password: hunter2\n  epochs: 3\n  ep ochs: 3'),
  }).read()
  const shown = JSON.stringify(problems)
  assert.match(shown, /wrong-name/)
  assert.not.match(shown, /hunter2/)
})
