import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askSmi, queryGpus } from '../../src/engine/nvidia-smi.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('nvidia-smi as it may be')

/** Puts a program of that name before all others. */
const smiThat = (script: string): void => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  process.env['PATH'] = `${folder}:${process.env['PATH']}`
}

test('what is no list of GPUs is none, and reaches no terminal', async () => {
  smiThat("printf 'GPU-\\033[31m\\007, x, 1, 2, 3\\n\\377\\376 rubbish, and, more, of it\\n'")
  assert.equal(await queryGpus(), { gpus: [], why: 'nvidia-smi answers something else than a list of GPUs' })
  smiThat("printf '\\033[31mno driver.\\007\\nmore\\n' >&2; exit 9")
  assert.equal(await queryGpus(), { gpus: [], why: 'nvidia-smi fails: [31mno driver' })
})

test('one that hangs in a child of its own holds nobody up for longer than its patience', async () => {
  smiThat('sleep 15\necho never')
  assert.equal(await askSmi('-L'), { why: 'nvidia-smi gave no answer in 10 s' })
})
