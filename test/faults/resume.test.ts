import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Moment } from '../../src/core/checkpoint.js'
import { trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { checkKilled, project, recordOf, runAndKill } from './resume-rig.js'

const test = suite('the command, killed in mid-training')

test('killed again and again, it goes on and ends with the same bits and history', () =>
  checkKilled('threads', {}))

test('what was cut short is said by plan and record', async () => {
  const folder = project()
  const checkpoints = join(folder, '.trimtab/checkpoints')
  await runAndKill(folder, () => existsSync(checkpoints))
  const planned = await trimtab(folder, ['plan', 'recipe.yml'])
  assert.match(planned.stdout, /base +train +run .*will resume from step \d+, \d of 6 epochs done/)
  const json = await trimtab(folder, ['plan', 'recipe.yml', '--json'])
  const { instances } = JSON.parse(json.stdout) as { instances: { instance: string; resumes?: Moment }[] }
  const { resumes } = instances.find(({ instance }) => instance === 'base')!
  assert.is(resumes!.epochs, 6)
  assert.is(resumes!.step! % 5, 0)
  const ran = await trimtab(folder, ['run', 'recipe.yml', '--only', 'base'])
  assert.is(ran.code, 0, ran.stderr)
  const record = await recordOf(folder)
  assert.ok(record.instances.find(({ instance }) => instance === 'base')!.resumed!.step! >= resumes!.step!)
  const { stdout } = await trimtab(folder, ['show'])
  assert.match(stdout, /base +train +finished .*resumed from step \d+/)
})
