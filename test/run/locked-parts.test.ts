import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { accept, diff, reproduce, run } from '../../src/api/index.js'
import { readLockFile } from '../../src/store/lock-file.js'
import { assert, suite } from '../suite.js'
import { playRecipe, preloading, projectWith, type Project } from './play.js'

const test = suite('the lock of a step that ran out of memory, on wasm')

const recipe = (more: string, filters = 24): string => `trimtab: 1
seed: 3
engine: wasm
steps:
  digits: {kind: dataset, source: {digits: {examples: 480}}, split: {train: 0.9, validation: 0.1}, normalize: {divide: 255}}
  wide:
    kind: train
    data: digits
    model: {layers: [{conv2d: {filters: ${filters}, kernelSize: 3, activation: relu}}, maxPooling2d, flatten, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: 1
    batchSize: 400
    ${more}
  scores: {kind: evaluate, models: [wide], data: digits}
gates:
  good: {accepted: {metric: wide.validation.accuracy, margin: 0.05}}
`
const bounded = { NODE_OPTIONS: preloading('bounded-heap.js'), BOUND_MEGABYTES: '64' }
const lockOf = (project: Project): string => join(dirname(project.recipe), 'recipe.lock.yml')
const textOf = (project: Project): string => readFileSync(lockOf(project), 'utf8')
const blockOf = (project: Project) => {
  const found = readLockFile(lockOf(project))
  assert.ok(found.ok && found.value)
  return found.value.lock.steps['wide']!
}

/** The same recipe and lock on another machine: its store is empty. */
const checkedOut = (project: Project, text: string): Project => {
  const other = projectWith(text)
  cpSync(lockOf(project), lockOf(other))
  return other
}

const small = projectWith(recipe('onOutOfMemory: halveBatch'))
const played = await playRecipe(small, { env: bounded })
assert.is(played.record?.outcome, 'inconclusive', JSON.stringify(played.problems))
const lock = textOf(small)

test('it names the parts; with memory for all, reproduce comes to their bits', async () => {
  const made = played.step('wide')
  const { microBatch } = made.output!.record as { microBatch: number }
  assert.ok(microBatch < 400, `${microBatch}`)
  assert.is(blockOf(small).microBatch, microBatch)
  assert.match(lock, new RegExp(`\\n    microBatch: ${microBatch}\\n`))
  const bare = checkedOut(small, recipe('onOutOfMemory: halveBatch'))
  const { verdict, steps, changed } = await reproduce({ target: lockOf(bare) })
  assert.equal([verdict, changed], ['reproduced', []])
  assert.equal(
    steps.map(({ instance, type }) => `${instance} ${type}`),
    ['digits equal', 'wide equal', 'scores[wide] equal'],
  )
})

test('a machine with memory for all comes to the same lock: run --frozen passes, and a run leaves it', async () => {
  const big = checkedOut(small, recipe('onOutOfMemory: halveBatch'))
  const frozen = await run({ ...big, frozen: true })
  assert.equal(frozen.problems, [])
  assert.is(frozen.record!.instances.find(({ instance }) => instance === 'wide')!.attempts, 1)
  await run(big)
  assert.is(textOf(big), lock)
  // What the lock holds is what the run is held against.
  assert.equal((await accept(big)).problems, [])
})

test('where the recipe no longer allows it, that is what differs; and a changed step begins with the whole batch', async () => {
  const whole = checkedOut(small, recipe(''))
  const frozen = await run({ ...whole, frozen: true })
  const { microBatch } = blockOf(small)
  assert.equal(
    frozen.problems.map(({ code, message }) => `${code}: ${message}`),
    [
      `lock-would-change: recipe.lock.yml would change: "wide" differs: examples at once were ${microBatch}, are all`,
    ],
  )
  await run(whole)
  assert.is(blockOf(whole).microBatch, undefined)

  const changed = checkedOut(small, recipe('onOutOfMemory: halveBatch', 4))
  const { lock: settled } = await run(changed)
  assert.is(blockOf(changed).microBatch, undefined)
  assert.match(
    settled!.written!.changes.find(({ instance }) => instance === 'wide')!.why,
    new RegExp(`examples at once were ${microBatch}, are all`),
  )
})

test('a lock is reproduced by what it says itself, whatever the one beside the recipe says', async () => {
  const big = projectWith(recipe('onOutOfMemory: halveBatch'))
  await run(big)
  const old = join(dirname(big.recipe), 'old.lock.yml')
  cpSync(lockOf(big), old)
  writeFileSync(lockOf(big), lock)
  // The store of neither: locks alone tell it.
  const bare = projectWith('')
  for (const [from, to] of [
    [old, 'big'],
    [lockOf(small), 'small'],
  ] as const)
    cpSync(from, join(dirname(bare.recipe), `${to}.lock.yml`))
  const { steps: changes } = await diff({
    a: 'small.lock.yml',
    b: 'big.lock.yml',
    cwd: dirname(bare.recipe),
  })
  assert.equal(changes.changed.find(({ instance }) => instance === 'wide')!.why, [
    `examples at once were ${blockOf(small).microBatch}, are all`,
  ])
  const { verdict, steps } = await reproduce({ target: old, only: ['wide'] })
  assert.is(verdict, 'reproduced')
  assert.is(steps.find(({ instance }) => instance === 'wide')!.type, 'equal')
})
