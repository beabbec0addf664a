import { assert, suite } from '../suite.js'
import { storm } from './storm/storm.js'

const test = suite('parallel steps whose processes crash; node scripts/crashes.mjs is the long form')

test('every step is made once, to the same bits, and no process is left behind', async () => {
  const { complaints, crashes, made, failures } = await storm({ seed: 3, crashes: 8, members: 2, each: 2 })
  assert.equal(complaints, [])
  assert.ok(crashes >= 8, JSON.stringify(made))
  assert.ok(Object.keys(failures).length >= 2, JSON.stringify(failures))
})
