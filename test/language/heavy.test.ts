import { emptyFolder } from '../rig.js'
import { examiner } from '../fuzz/examine.js'
import { heavy } from '../fuzz/heavy.js'
import { subjects } from '../fuzz/subjects.js'
import { assert, suite } from '../suite.js'

const test = suite('files that are meant to exhaust a reader')

// Larger: `node scripts/fuzz.mjs --heavy 400000`.
test('they are refused soon, and in few words', async () => {
  const { examine } = await examiner(emptyFolder())
  for (const [name, make] of Object.entries(heavy)) {
    const { complaint, codes, milliseconds } = await examine(subjects[0]!, Buffer.from(make(20_000)))
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
