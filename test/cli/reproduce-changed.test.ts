import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRecord } from '../../src/store/run-record.js'
import { assert, suite } from '../suite.js'
import {
  install,
  ofTable,
  projectOf,
  recordOf,
  reproduced,
  run,
  shaken,
  shakenSteps,
  small,
  table,
} from './reproduce-rig.js'

const test = suite('reproduce what has changed')

test('changed: data with other content is found before anything runs, and --anyway goes on', async () => {
  const folder = projectOf({ 'recipe.yml': ofTable('rows.csv'), 'rows.csv': table() })
  await run(folder)
  assert.is((await reproduced(folder)).found.verdict, 'reproduced')
  writeFileSync(join(folder, 'rows.csv'), table(0.001))
  const { found, text, code } = await reproduced(folder)
  assert.is(code, 1)
  assert.is(found.verdict, 'changed', text)
  assert.equal(found.steps, [])
  const [change] = found.changed
  assert.is(change!.what, 'data')
  assert.equal(change!.steps, ['rows'])
  assert.match(change!.text, /rows\.csv has other content: it was sha256:\w+…, is sha256:/)
  assert.match(text, /--anyway/)
  const anyway = await reproduced(folder, ['--anyway'])
  assert.is(anyway.found.verdict, 'changed')
  assert.is(anyway.code, 1)
  assert.is(anyway.found.first, 'rows')
  const rows = anyway.found.steps[0]!
  assert.ok(rows.type === 'differs')
  const arrays = rows.outputs[0]!.arrays!
  assert.ok(arrays.length > 0 && arrays.every(({ name }) => name.startsWith('features-')), anyway.text)
  assert.ok(Math.abs(arrays[0]!.greatest - 0.001) < 1e-5, String(arrays[0]!.greatest))
})

test('changed: another version of a package that a plug-in imports, and a revision of a kind', async () => {
  const folder = projectOf({
    'recipe.yml': small(shakenSteps, 'plugins: [./shake.js]'),
    'shake.js': shaken('amount', "import { amount } from 'shaking'"),
    'node_modules/shaking/package.json': '{"name": "shaking", "version": "1.0.0", "main": "index.js"}',
    'node_modules/shaking/index.js': 'exports.amount = 0.5',
  })
  install(folder)
  await run(folder)
  const same = await reproduced(folder)
  assert.is(same.found.verdict, 'reproduced', same.text)
  projectOf(
    { 'node_modules/shaking/package.json': '{"name": "shaking", "version": "1.0.1", "main": "index.js"}' },
    folder,
  )
  const { found, text } = await reproduced(folder)
  assert.is(found.verdict, 'changed', text)
  assert.equal(
    found.changed.map(({ what, steps: touched }) => [what, touched]),
    [['plug-in', ['shaken']]],
  )
  assert.match(text, /shaking@1\.0\.1/)

  const { record } = recordOf(folder)
  const older: RunRecord = {
    ...record,
    instances: record.instances.map(each =>
      each.kind === 'quantize' ? { ...each, identity: { ...each.identity, revision: 0 } } : each,
    ),
  }
  writeFileSync(join(folder, 'older.json'), JSON.stringify(older))
  const revised = await reproduced(folder, ['older.json', '--only', 'int8'])
  assert.is(revised.found.verdict, 'changed')
  assert.match(revised.text, /the kind quantize had revision 0, and has \d+ in this version of Trimtab/)
})

test('code of a plug-in counts as it was, also that of a linked package of the project', async () => {
  const folder = projectOf({
    'recipe.yml': small('  shaken: {kind: shake, model: base}', 'plugins: [./tools/shake.js]'),
    'tools/shake.js': shaken('amount()', "import { amount } from 'shaking'"),
    'packages/shaking/package.json':
      '{"name": "shaking", "version": "1.0.0", "type": "module", "exports": "./index.js"}',
    'packages/shaking/index.js': "export { amount } from './amount.js'",
    'packages/shaking/amount.js': 'export const amount = () => 0.25',
  })
  install(folder)
  symlinkSync('../packages/shaking', join(folder, 'node_modules/shaking'))
  await run(folder)
  writeFileSync(join(folder, 'packages/shaking/amount.js'), 'export const amount = () => 0.75')
  writeFileSync(join(folder, 'tools/shake.js'), 'throw new Error("it is read from the record")')
  const { found, text } = await reproduced(folder)
  assert.is(found.verdict, 'reproduced', text)
})
