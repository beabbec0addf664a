import { emptyFolder } from '../rig.js'
import { examiner } from '../fuzz/examine.js'
import { heavy } from '../fuzz/heavy.js'
import { subjects } from '../fuzz/subjects.js'
import { assert, suite } from '../suite.js'

const test = suite('recipes damaged at random, read and planned')

test('they are sound before', async () => {
  const { examine } = await examiner(emptyFolder())
  for (const subject of subjects) {
    const { codes, complaint, problems } = await examine(subject, Buffer.from(subject.text))
    assert.equal({ complaint, codes }, { complaint: undefined, codes: [] }, JSON.stringify(problems, null, 1))
  }
})

// `node scripts/fuzz.mjs` is the long form of this.
test('two thousand times: no crash, every place inside of the file, none slow', async () => {
  const { at } = await examiner(emptyFolder())
  const stages = new Set<string>()
  for (let index = 0; index < 2000; index++) {
    const { complaint, stage, milliseconds } = await at(4, index)
    assert.is(complaint, undefined, `${index}: ${complaint}`)
    assert.ok(milliseconds < 5000, `${index} took ${milliseconds.toFixed(0)} ms`)
    stages.add(stage)
  }
  assert.is(stages.size, 3)
})

// At the largest size that a recipe may have: `node scripts/fuzz.mjs --heavy 4000000`.
test('what is meant to exhaust a reader is refused soon, and in few words', async () => {
  const { examine } = await examiner(emptyFolder())
  for (const [name, make] of Object.entries(heavy)) {
    const { complaint, codes, milliseconds } = await examine(subjects[0]!, Buffer.from(make(40_000)))
    assert.is(complaint, undefined, `${name}: ${complaint}`)
    assert.ok(codes.length > 0 && codes.length <= 2002, `${name}: ${codes.length} problems`)
    assert.ok(milliseconds < 5000, `${name} took ${milliseconds.toFixed(0)} ms`)
  }
})

test('problems beyond a thousand are counted', async () => {
  const { examine } = await examiner(emptyFolder())
  const { problems } = await examine(subjects[0]!, Buffer.from(heavy['unknown keys']!(40_000)))
  assert.is(problems.length, 1001)
  const { code, message, at } = problems.at(-1)!
  assert.is(code, 'too-many-problems')
  assert.match(message, /^\d{4} more problems are not shown$/)
  assert.ok(at!.line > 900)
})
