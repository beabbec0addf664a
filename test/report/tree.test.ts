import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '../suite.js'

const test = suite('tree')

/** Draws the tree for a terminal of so many rows, in a process whose output looks like a terminal. */
const drawn = (rows: number): string => {
  const script = join(fileURLToPath(new URL('.', import.meta.url)), 'draw-tree.js')
  const { stdout, stderr } = spawnSync(process.execPath, [script, String(rows)], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return stdout + stderr
}

test('each declared step has a row with what it is doing and how it ended', () => {
  const text = drawn(40)
  assert.match(text, /base\s+epoch 1\/3 {2}loss 0\.5000 {2}1,200 images\/s {2}9\.0 s left/)
  assert.match(text, /digits\s+reused/)
  assert.match(text, /base\s+12\.0 s/)
  assert.match(text, /scores\s+3\.0 s · 2 instances/)
  // Nobody knows how long it took, and it has no tick that did not run.
  assert.match(text, /broken\s+the disk is full/)
  assert.match(text, /later\s+skipped: needs "broken", which failed/)
  assert.not.match(text, /✔ later/)
})

test('more steps than the terminal has rows share the last row', () => {
  const text = drawn(8)
  assert.match(text, /3 more steps/)
})
