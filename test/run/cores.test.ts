import { makeCoreShare, shareCores } from '../../src/run/lanes/cores.js'
import { assert, suite } from '../suite.js'

const test = suite('cores of a lane')

test('idle cores are shared evenly, what was asked for comes first', () => {
  assert.equal(shareCores(4, [1]), [4])
  assert.equal(shareCores(4, [1, 1]), [2, 2])
  assert.equal(shareCores(4, [1, 1, 1]), [2, 1, 1])
  assert.equal(shareCores(4, [3, 1]), [3, 1])
  assert.equal(shareCores(8, [3, 1]), [5, 3])
  assert.equal(shareCores(2, [1, 1, 1]), [1, 1, 1])
})

test('they come and go with the steps beside it, and each change is told', () => {
  const share = makeCoreShare(4)
  const told: number[] = []
  const first = share.enter(1)
  const unwatch = first.watch(cores => told.push(cores))
  assert.is(first.now(), 4)
  const second = share.enter(2)
  assert.equal([first.now(), second.now()], [2, 2])
  const third = share.enter(9)
  assert.equal([first.now(), second.now(), third.now()], [1, 2, 4])
  third.leave()
  second.leave()
  assert.is(first.now(), 4)
  assert.equal(told, [2, 1, 2, 4])
  unwatch()
  share.enter(1)
  assert.equal([first.now(), told.length], [2, 4])
})
