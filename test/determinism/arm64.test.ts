import { assert, suite } from '../suite.js'
import { compare, install } from './compare.js'

const test = suite('the same recipe on another processor')

test('pruned, finetuned, quantized and distilled models have the same bits on arm64', async () => {
  const [row] = await compare(['arm64 node 20'], { short: true, only: ['compression.yml'], install })
  if (row!.why !== undefined) {
    console.log(`  arm64 was not run: ${row!.why}`)
    return
  }
  assert.equal([...row!.differ], [])
  assert.ok(row!.same >= 25, `${row!.same} facts`)
})
