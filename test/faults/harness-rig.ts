import { assert, suite } from '../suite.js'
import { harness } from './harness/harness.js'

/** A short form of `node scripts/faults.mjs`: so many disturbances of each kind, one test for all of them. */
export const shortly = (name: string, wanted: Readonly<Record<string, number>>): void => {
  const test = suite(name)
  test('every disturbed run comes to the bits of the undisturbed one, and nothing else goes wrong', async () => {
    const tallies = await harness({ seed: 7, wanted, checkpoint: true })
    for (const { name: what, skipped } of tallies)
      if (skipped !== undefined) console.log(`  ${what}: not tried, ${skipped}`)
    assert.equal(
      tallies.flatMap(({ complaints }) => complaints),
      [],
    )
    for (const { name: what, faults, skipped } of tallies)
      assert.ok(skipped !== undefined || faults >= wanted[what]!, what)
  })
}
