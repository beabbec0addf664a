import { existsSync } from 'node:fs'
import { trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { copyOf, digits, notFailed, recordOf } from './rig.js'

const test = suite('examples')

test('starter: runs from text to passed', async () => {
  const folder = copyOf('starter')
  const ran = await trimtab(folder, ['run'])
  assert.is(ran.code, 0, ran.stderr)
  notFailed(ran, await recordOf(folder))
})

test('seed-cnn: every step runs, in a short form', async () => {
  const folder = copyOf('seed-cnn')
  const ran = await trimtab(folder, ['run', '--set', 'epochs=1', '--set', 'examples=1500'])
  const record = await recordOf(folder)
  notFailed(ran, record)
  const of = (name: string): Readonly<Record<string, { exact: number }>> =>
    record.instances.find(each => each.instance === name)!.output!.outputs['model']!.meta[
      'description'
    ] as Readonly<Record<string, { exact: number }>>
  assert.is(of('base')['parameters']!.exact, 121_930)
  assert.is(of('pruned')['parameters']!.exact, 56_714)
  assert.ok(of('int8')['bytes']!.exact * 7 < of('base')['bytes']!.exact)
  assert.is(record.verdicts.length, 6)
})

test(
  existsSync(digits)
    ? 'mnist: every step runs on the real digits'
    : 'mnist: the real digits are not here, so it is only refused',
  async () => {
    const folder = copyOf('mnist')
    if (!existsSync(digits)) {
      const ran = await trimtab(folder, ['run'])
      assert.is(ran.code, 2)
      assert.match(ran.stderr, /file-missing/)
      return
    }
    const ran = await trimtab(folder, [
      'run',
      '--set',
      'epochs=1',
      '--set',
      `data=${digits}`,
      '--only',
      'scores',
    ])
    const record = await recordOf(folder)
    notFailed(ran, record)
    const base = record.instances.find(each => each.instance === 'scores[base]')!.output!.metrics!
    assert.ok(base['test']!['accuracy']! > 0.85, JSON.stringify(base['test']))
  },
)
