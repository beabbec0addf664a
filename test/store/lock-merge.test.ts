import fc from 'fast-check'
import type { Lock } from '../../src/store/lock.js'
import { printLock } from '../../src/store/print-lock.js'
import { assert, suite } from '../suite.js'
import { lock, repository, withMetric, withSteps } from './lock-repository.js'
import { baselineOf, lockOf, stepOf } from './lock-rig.js'

const test = suite('merging lock files with git')

const cases: readonly (readonly [string, ours: Lock, theirs: Lock, both: Lock])[] = [
  [
    'edits of two neighbouring steps',
    withSteps(lock, { b: stepOf('b', 'x') }),
    withSteps(lock, { c: stepOf('c', 'y') }),
    withSteps(lock, { b: stepOf('b', 'x'), c: stepOf('c', 'y') }),
  ],
  [
    'the last fact of one step and the first of the next',
    withMetric(lock, 'b', 0.7),
    withSteps(lock, { c: { ...lock.steps['c']!, kind: 'prune' } }),
    withSteps(withMetric(lock, 'b', 0.7), { c: { ...lock.steps['c']!, kind: 'prune' } }),
  ],
  [
    'two steps added at different places',
    withSteps(lock, { aa: stepOf('aa') }),
    withSteps(lock, { bb: stepOf('bb') }),
    withSteps(lock, { aa: stepOf('aa'), bb: stepOf('bb') }),
  ],
  [
    'a first and a last step added',
    withSteps(lock, { A: stepOf('A') }),
    withSteps(lock, { z: stepOf('z') }),
    withSteps(lock, { A: stepOf('A'), z: stepOf('z') }),
  ],
  [
    'a metric of one step and a baseline of another',
    withMetric(lock, 'a', 0.7),
    { ...lock, accepted: { ...lock.accepted, 'b.bytes': baselineOf(90) } },
    { ...withMetric(lock, 'a', 0.7), accepted: { ...lock.accepted, 'b.bytes': baselineOf(90) } },
  ],
  [
    'a metric and a baseline of one step',
    withMetric(lock, 'b', 0.7),
    { ...lock, accepted: { ...lock.accepted, 'b.accuracy': baselineOf(0.6) } },
    { ...withMetric(lock, 'b', 0.7), accepted: { ...lock.accepted, 'b.accuracy': baselineOf(0.6) } },
  ],
  [
    'a removed step and a changed neighbour above',
    withSteps(lock, { c: undefined }),
    withMetric(lock, 'b', 0.7),
    withSteps(withMetric(lock, 'b', 0.7), { c: undefined }),
  ],
  [
    'a removed step and a changed neighbour below',
    withSteps(lock, { b: undefined }),
    withSteps(lock, { c: stepOf('c', 'y') }),
    withSteps(lock, { b: undefined, c: stepOf('c', 'y') }),
  ],
  [
    'the last step removed, the one before changed',
    withSteps(lock, { d: undefined }),
    withMetric(lock, 'c', 0.7),
    withSteps(withMetric(lock, 'c', 0.7), { d: undefined }),
  ],
  [
    'a step added next to a changed one',
    withSteps(lock, { bb: stepOf('bb') }),
    withMetric(lock, 'b', 0.7),
    withSteps(withMetric(lock, 'b', 0.7), { bb: stepOf('bb') }),
  ],
  [
    'the first baseline ever and the first step changed',
    { ...lockOf(['a']), accepted: { 'a.bytes': baselineOf(3) } },
    withSteps(lockOf(['a']), { a: stepOf('a', 'x') }),
    withSteps({ ...lockOf(['a']), accepted: { 'a.bytes': baselineOf(3) } }, { a: stepOf('a', 'x') }),
  ],
  [
    'two classes of machine',
    { ...lock, measured: { 'speed on A': { ...stepOf('speed'), instance: 'speed', machine: 'A' } } },
    withSteps(lock, { d: stepOf('d', 'x') }),
    {
      ...withSteps(lock, { d: stepOf('d', 'x') }),
      measured: { 'speed on A': { ...stepOf('speed'), instance: 'speed', machine: 'A' } },
    },
  ],
]

const repo = repository()
for (const [what, ours, theirs, both] of cases)
  test(`merges without a conflict: ${what}`, () => {
    const base = what.startsWith('the first baseline') ? lockOf(['a']) : lock
    for (const config of [[], ['-c', 'merge.conflictStyle=diff3'], ['-c', 'diff.algorithm=histogram']])
      for (const [one, other] of [
        [ours, theirs],
        [theirs, ours],
      ] as const) {
        const merged = repo.merge(printLock(base), printLock(one), printLock(other), ...config)
        assert.ok(merged.clean, merged.text)
        assert.is(merged.text, printLock(both))
      }
  })

/** What a branch does to one step or baseline. */
type Edit = 'change' | 'metric' | 'remove' | 'add' | 'accept' | 'nothing'

const apply = (from: Lock, at: number, edit: Edit): Lock => {
  const id = `s${String(at * 10).padStart(3, '0')}`
  switch (edit) {
    case 'change':
      return withSteps(from, { [id]: stepOf(id, 'changed') })
    case 'metric':
      return withMetric(from, id, 0.123)
    case 'remove':
      return withSteps(from, { [id]: undefined })
    case 'add': {
      const fresh = `${id}x`
      return withSteps(from, { [fresh]: stepOf(fresh) })
    }
    case 'accept':
      return { ...from, accepted: { ...from.accepted, [`${id}.accuracy`]: baselineOf(0.77) } }
    case 'nothing':
      return from
  }
}

/** Adding or removing two blocks that stand side by side is one place for git, whichever the form. */
const collide = (edits: readonly (readonly [Edit, Edit])[]): boolean => {
  const moves = (edit: Edit): boolean => edit === 'remove' || edit === 'add'
  return edits.some(([mine, theirs], at) => {
    const [nextMine, nextTheirs] = edits[at + 1] ?? ['nothing', 'nothing']
    return (
      (mine !== 'nothing' && theirs !== 'nothing') ||
      (moves(mine) && moves(nextTheirs)) ||
      (moves(theirs) && moves(nextMine))
    )
  })
}

test('independent changes merge without a conflict, whatever they are and wherever', () => {
  const size = 8
  const base: Lock = {
    ...lockOf(Array.from({ length: size }, (_, at) => `s${String(at * 10).padStart(3, '0')}`)),
    accepted: Object.fromEntries(
      Array.from({ length: size }, (_, at) => [
        `s${String(at * 10).padStart(3, '0')}.accuracy`,
        baselineOf(0.5),
      ]),
    ),
  }
  const edit = fc.constantFrom<Edit>('change', 'metric', 'remove', 'add', 'accept', 'nothing')
  const pair = fc
    .tuple(edit, edit, fc.nat(2))
    .map(([a, b, who]): readonly [Edit, Edit] =>
      who === 0 ? [a, 'nothing'] : who === 1 ? ['nothing', b] : ['nothing', 'nothing'],
    )
  let merges = 0
  fc.assert(
    fc.property(fc.array(pair, { minLength: size, maxLength: size }), edits => {
      fc.pre(!collide(edits))
      const side = (which: 0 | 1): Lock =>
        edits.reduce((found, each, at) => apply(found, at, each[which]), base)
      const both = edits.reduce(
        (found, [mine, theirs], at) => apply(apply(found, at, mine), at, theirs),
        base,
      )
      const merged = repo.merge(printLock(base), printLock(side(0)), printLock(side(1)))
      assert.ok(merged.clean, `${JSON.stringify(edits)}\n${merged.text}`)
      assert.is(merged.text, printLock(both))
      merges++
    }),
    { numRuns: 60 },
  )
  assert.ok(merges >= 60)
})
