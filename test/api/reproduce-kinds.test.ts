import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reproduce } from '../../src/api/reproduce/reproduce.js'
import { run } from '../../src/api/run.js'
import { ProblemError } from '../../src/core/problem.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { faulty } from '../run/kinds/faulty.js'
import { tick } from '../run/kinds/tick.js'

const test = suite('reproduce from a program')

test('kinds that a program gave are given again; what failed then is not compared', async () => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  writeFileSync(
    join(folder, 'recipe.yml'),
    `trimtab: 1
steps:
  one: {kind: tick, value: 1}
  two: {kind: tick, value: 2, from: [one]}
  bad: {kind: faulty, mood: throws}
  never: {kind: tick, value: 3, from: [bad]}
`,
  )
  const kinds = [tick, faulty]
  const ran = await run({ recipe: 'recipe.yml', cwd: folder, kinds, keepGoing: true })
  assert.is(ran.record?.outcome, 'step-failed', JSON.stringify(ran.problems))
  const again = await reproduce({ target: 'latest', cwd: folder, kinds })
  assert.is(again.verdict, 'reproduced', JSON.stringify(again))
  assert.equal(
    again.steps.map(each => [each.instance, each.type]),
    [
      ['one', 'equal'],
      ['bad', 'not-compared'],
      ['two', 'equal'],
      ['never', 'not-compared'],
    ].sort(
      (a, b) =>
        again.steps.findIndex(({ instance }) => instance === a[0]) -
        again.steps.findIndex(({ instance }) => instance === b[0]),
    ),
  )
  try {
    await reproduce({ target: 'latest', cwd: folder })
    assert.unreachable()
  } catch (error) {
    assert.ok(error instanceof ProblemError, String(error))
    assert.equal(
      error.problems.map(({ code }) => code),
      ['reproduce-kind'],
    )
    assert.match(error.message, /tick/)
  }
})
