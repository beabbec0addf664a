import { assert, suite } from '../../suite.js'
import { kernelsOf, parts } from './parity.js'

const test = suite('the parity suite itself')

test('every operation that training uses has a case of its own', async () => {
  const { kernels, ...trainings } = parts
  const alone = await kernelsOf('wasm', kernels!)
  const used = new Set<string>()
  for (const cases of Object.values(trainings))
    for (const kernel of await kernelsOf('wasm', cases)) used.add(kernel)
  assert.equal(
    // Kernels that are ours alone have tests of their own; other engines compose them.
    [...used].filter(kernel => !alone.has(kernel) && !kernel.startsWith('Trimtab')),
    [],
  )
  assert.ok(used.size > 60, `only ${used.size} were seen`)
})
