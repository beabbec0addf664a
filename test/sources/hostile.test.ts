import { formats, supervise, writeBases } from '../hostile/supervise.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('model and data files damaged at random, planned and run')

const folder = emptyFolder()
test.before(() => writeBases(folder))

/** Cases of each format. */
const cases = 200

// `node scripts/fuzz-files.mjs` is the long form of this.
for (const format of formats)
  test(`${format}: ${cases} times a result that holds together, or problems, within the stated memory`, async () => {
    const stages = new Set<string>()
    let told = 0
    await supervise({
      folder,
      format,
      seed: 11,
      from: 0,
      to: cases,
      told: (index, { what, stage, complaint }) => {
        assert.is(complaint, undefined, `${index} (${what}): ${complaint}`)
        stages.add(stage)
        told++
      },
    })
    assert.is(told, cases)
    assert.is(stages.size, 3)
  })
