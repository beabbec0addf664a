import { emptyFolder } from '../rig.js'
import { examiner } from '../fuzz/examine.js'
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
