import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemError, type Problem } from '../../../src/core/problem.js'
import { downloadWithPip, newestWithPip, pipProblem, type Pip } from '../../../src/engine/native/build/pip.js'
import { emptyFolder } from '../../rig.js'
import { assert, suite } from '../../suite.js'

const test = suite('pip')

/** What pip 23.2 writes where nobody listens at its index: in the end, that there is no such project. */
const refused = `Looking in indexes: http://127.0.0.1:9/simple
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f4f>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/tensorflow-cpu/
ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.20.0 (from versions: none)
ERROR: No matching distribution found for tensorflow-cpu==2.20.0
`
const unnamed = refused.replace('[Errno 111] Connection refused', '[Errno -2] Name or service not known')
const silent = refused.replace(
  /'NewConnectionError.*\n/,
  `'ConnectTimeoutError(<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7>, 'Connection to pypi.org timed out. (connect timeout=15)')': /simple/tensorflow-cpu/\n`,
)
const full = `Collecting tensorflow-cpu==2.21.0
ERROR: Exception:
Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/pip/_internal/cli/base_command.py", line 180, in exc_logging_wrapper
OSError: [Errno 28] No space left on device
`
const absent = `ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.99.1 (from versions: 2.12.0, 2.21.0)
ERROR: No matching distribution found for tensorflow-cpu==2.99.1
`

/** A pip that says so and fails; it counts its calls. */
const fakePip = (says: string): { readonly pip: Pip; readonly folder: string } => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'says'), says)
  writeFileSync(
    join(folder, 'pip'),
    `#!/bin/sh\necho x >> ${folder}/calls\ncat ${folder}/says >&2\nexit 1\n`,
    {
      mode: 0o755,
    },
  )
  return { pip: [join(folder, 'pip')], folder }
}

const problemOf = async (work: Promise<unknown>): Promise<Problem> => {
  try {
    await work
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0]!
    throw error
  }
  throw new Error('it did not fail')
}

test('an index that is out of reach is not one without TensorFlow', async () => {
  for (const [says, why] of [
    [refused, 'Connection refused'],
    [unnamed, 'Name or service not known'],
    [silent, 'timed out'],
  ] as const) {
    const { pip, folder } = fakePip(says)
    const scratch = join(folder, 'scratch')
    mkdirSync(scratch)
    const wanted = { requirement: 'tensorflow-cpu==2.20.0', pythons: ['3.11', '3.12'], folder, scratch }
    const found = await problemOf(downloadWithPip(pip, wanted))
    assert.match(found.message, 'it cannot reach the Python index')
    assert.match(found.message, why)
    assert.match(found.hint!, 'pip config list')
    // One answer is enough: each further one would take as long.
    const asked = await problemOf(newestWithPip(pip, 'tensorflow-cpu', ['3.12', '3.11']))
    assert.match(asked.message, why)
  }
})

test('an index that has no such version is asked for every Python, and is no fault of the network', async () => {
  const { pip, folder } = fakePip(absent)
  const scratch = join(folder, 'scratch')
  mkdirSync(scratch)
  const wanted = { requirement: 'tensorflow-cpu==2.99.1', pythons: ['3.11', '3.12'], folder, scratch }
  assert.is(await downloadWithPip(pip, wanted), undefined)
  assert.is(await newestWithPip(pip, 'tensorflow-cpu', ['3.12', '3.11']), undefined)
})

test('a full disk is said in words, not as an exception', () => {
  const { message, hint } = pipProblem('tensorflow-cpu==2.21.0', full)
  assert.match(message, 'the disk is full')
  assert.match(hint!, 'Make room')
})
