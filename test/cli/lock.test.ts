import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRecord } from '../../src/store/run-record.js'
import { trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { project, recipe } from './lock-rig.js'

const test = suite('the lock file of a run')

test('a run writes what it made, says so in a line, and leaves it alone while it stays so', async () => {
  const { run, lock, text, path, trimtab: command } = project()
  const first = await run()
  assert.is(first.code, 0, first.stderr)
  assert.match(first.stderr, /^recipe\.lock\.yml: written, 5 steps; commit it$/m)
  const { steps } = lock()
  assert.equal(Object.keys(steps), ['base', 'half', 'scores[base]', 'scores[half]', 'table'])
  const record = JSON.parse((await command('show', '--json')).stdout) as RunRecord
  for (const each of record.instances) {
    const block = steps[each.instance]!
    assert.is(block.key, each.key)
    for (const [name, { digest, objects }] of Object.entries(each.output!.outputs))
      assert.equal([block.outputs![name]!.digest, block.outputs![name]!.objects], [digest, objects])
    for (const [split, figures] of Object.entries(each.output!.metrics ?? {}))
      for (const [metric, value] of Object.entries(figures))
        assert.ok(Object.is(block.metrics![split]![metric], value), `${each.instance} ${split}.${metric}`)
  }
  assert.equal(Object.keys(steps['table']!.files!), ['table.csv'])
  assert.is(steps['base']!.engine!.name, 'wasm')
  assert.is(steps['base']!.metrics!['model']!['parameters'], 22)

  const before = [text(), statSync(path, { bigint: true }).mtimeNs]
  const second = await run()
  assert.not.match(second.stderr, /recipe\.lock\.yml/)
  assert.equal([text(), statSync(path, { bigint: true }).mtimeNs], before)
  rmSync(join(path, '../.trimtab'), { recursive: true })
  const afresh = await run()
  assert.match(afresh.stderr, /5 ran/)
  assert.equal([text(), statSync(path, { bigint: true }).mtimeNs], before, 'made again to the same bits')
})

test('it changes where the recipe does, and only there', async () => {
  const { run, lock, write } = project()
  await run()
  const before = lock()
  write('recipe.yml', recipe().replace('sparsity: 0.5', 'sparsity: 0.25'))
  const changed = await run()
  assert.match(changed.stderr, /^recipe\.lock\.yml: 2 steps changed$/m)
  const after = lock()
  for (const id of ['base', 'scores[base]', 'table']) assert.equal(after.steps[id], before.steps[id])
  assert.is.not(after.steps['half']!.key, before.steps['half']!.key)
  write('recipe.yml', recipe().replace('models: [base, half]', 'models: [base]'))
  assert.match((await run()).stderr, /^recipe\.lock\.yml: 1 step changed, 1 step removed$/m)
})

test('runs of something else than the recipe itself never write it', async () => {
  const { run, text, has, folder } = project()
  for (const args of [
    ['--only', 'base'],
    ['--set', 'epochs=2'],
    ['--sweep', 'epochs=1,2'],
    ['--engine', 'cpu', '--only', 'table'],
  ]) {
    assert.is((await run(...args)).code, 0)
    assert.not(has(), args.join(' '))
  }
  assert.is((await trimtab(folder, ['run'], { TRIMTAB_PARAM_EPOCHS: '2' })).code, 0)
  assert.not(has(), 'a param of the environment')
  // The same value is no change.
  assert.is((await run('--set', 'epochs=1')).code, 0)
  assert.ok(has())
  const before = text()
  await run('--set', 'epochs=3')
  assert.is(text(), before)
})
