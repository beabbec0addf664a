import type { Result } from '../../src/core/result.js'
import type { Lock } from '../../src/store/lock.js'
import { parseLock, type FoundLock } from '../../src/store/parse-lock.js'
import { printLock } from '../../src/store/print-lock.js'
import { assert, suite } from '../suite.js'
import { lock, repository, withSteps } from './lock-repository.js'
import { baselineOf, stepOf } from './lock-rig.js'

const test = suite('lock files that git cannot merge')
const repo = repository()

const parsed = (text: string): Result<FoundLock> => parseLock(text, '/p/recipe.lock.yml')

test('where both changed one step, all but that step is read, and the run writes it anew', () => {
  for (const config of [[], ['-c', 'merge.conflictStyle=diff3']]) {
    const { clean, text } = repo.merge(
      printLock(lock),
      printLock({
        ...withSteps(lock, { b: stepOf('b', 'x'), z: stepOf('z') }),
        accepted: { ...lock.accepted, 'a.bytes': baselineOf(1) },
      }),
      printLock({
        ...withSteps(lock, { b: stepOf('b', 'y'), a: undefined }),
        accepted: { ...lock.accepted, 'c.bytes': baselineOf(2) },
      }),
      ...config,
    )
    assert.not(clean)
    const found = parsed(text)
    assert.ok(found.ok, JSON.stringify(found.problems))
    assert.ok(found.value.conflicted)
    assert.equal(Object.keys(found.value.lock.steps), ['c', 'd', 'z'])
    assert.equal(found.value.lock.steps['d'], stepOf('d'))
    assert.equal(Object.keys(found.value.lock.accepted).sort(), [
      'a.bytes',
      'b.accuracy',
      'b.bytes',
      'c.bytes',
    ])
  }
})

test('two values accepted for one metric are a conflict that only people can settle', () => {
  const accept = (value: number): Lock => ({
    ...lock,
    accepted: { ...lock.accepted, 'b.accuracy': { ...baselineOf(value), by: `Who took ${value}` } },
  })
  const { clean, text } = repo.merge(printLock(lock), printLock(accept(0.6)), printLock(accept(0.7)))
  assert.not(clean)
  const found = parsed(text)
  assert.not(found.ok)
  assert.equal(
    found.problems.map(({ code, message }) => [code, message]),
    [
      [
        'lock-conflict',
        'two branches accepted different values of b.accuracy: 0.6 (Who took 0.6) and 0.7 (Who took 0.7)',
      ],
    ],
  )
  assert.match(text.split('\n')[found.problems[0]!.at!.line - 1]!, /b\.accuracy:/)
  const mended = text.replace(/^<<<<<<< .*\n([^]*?)^=======\n[^]*?^>>>>>>> .*\n/gm, '$1')
  const settled = parsed(mended)
  assert.ok(settled.ok)
  assert.is(settled.value.lock.accepted['b.accuracy']!.value, 0.6)
})
