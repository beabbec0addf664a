import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { copyOf, digits, notFailed, recordOf } from './rig.js'

const test = suite('example of a plug-in')

test('plugin: a kind from a file beside the recipe runs, is listed, and is part of the key', async () => {
  const folder = copyOf('plugin')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(packageFolder(), join(folder, 'node_modules/trimtab'))
  if (existsSync(digits)) {
    const idx = (name: string): string =>
      `{idx: {images: ${digits}/${name}-images-idx3-ubyte.gz, labels: ${digits}/${name}-labels-idx1-ubyte.gz}}`
    writeFileSync(
      join(folder, 'real.yml'),
      `extends: recipe.yml
allowPaths: [${digits}]
steps: {digits: {source: ${idx('train')}, test: ${idx('t10k')}, split: {train: 0.1, validation: 0.01}}}
`,
    )
  }
  const recipe = existsSync(digits) ? 'real.yml' : 'recipe.yml'
  const ran = await trimtab(folder, ['run', recipe, '--set', 'epochs=1'])
  const record = await recordOf(folder)
  notFailed(ran, record)
  const accuracy = (name: string): number =>
    record.instances.find(each => each.instance === `scores[${name}]`)!.output!.metrics!['test']!['accuracy']!
  assert.ok(accuracy('base') > 0.5, JSON.stringify(accuracy('base')))
  assert.ok(accuracy('disturbed[share=0.1]') < accuracy('base'))

  const listed = await trimtab(folder, ['kinds'])
  assert.match(listed.stdout, /^disturb .*Gaussian/m)
  assert.match((await trimtab(folder, ['kinds', 'disturb'])).stdout, /share +number ≥ 0 +required/)
  const schema = JSON.parse((await trimtab(folder, ['schema'])).stdout) as { definitions: object }
  assert.ok('disturb' in schema.definitions)
  const written = await trimtab(folder, ['schema', 'disturb', '--output', 'made/disturb.json'])
  assert.is(written.code, 0, written.stderr)
  assert.ok(existsSync(join(folder, 'made/disturb.json')))

  const again = async (): Promise<string> =>
    (await trimtab(folder, ['run', recipe, '--set', 'epochs=1'])).stderr
  writeFileSync(join(folder, 'unrelated.js'), '// nothing')
  assert.match(await again(), / 0 ran · 9 reused/)
  cpSync(join(folder, 'disturb.js'), join(folder, 'before.js'))
  writeFileSync(join(folder, 'disturb.js'), `export * from './before.js'\n`)
  assert.match(await again(), / [3-6] ran · /)
})
