import { reproduce } from '../../src/api/index.js'
import { differenceOf } from '../../src/core/promise.js'
import { assert, suite } from '../suite.js'
import { playRecipe, preloading, projectWith, weightsOf, type Played } from './play.js'

const test = suite('a step that runs out of memory and goes on with fewer examples at once, on wasm')

const recipe = (more: string, layers = ''): string => `trimtab: 1
seed: 3
engine: wasm
steps:
  digits: {kind: dataset, source: {digits: {examples: 480}}, split: {train: 0.9, validation: 0.1}, normalize: {divide: 255}}
  wide:
    kind: train
    data: digits
    model: {layers: [{conv2d: {filters: 24, kernelSize: 3, activation: relu}}, ${layers}maxPooling2d, flatten, {dropout: {rate: 0.3}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: 1
    batchSize: 400
    ${more}
`
// A batch of 400 holds 26 MB for each of the convolution's tensors; one of 50, an eighth.
const bounded = { NODE_OPTIONS: preloading('bounded-heap.js'), BOUND_MEGABYTES: '96' }

const failures = ({ events }: Played): readonly string[] =>
  events.flatMap(event => (event.type === 'failed' ? event.problems.map(({ code }) => code) : []))

const undisturbed = projectWith(recipe(''))
const surviving = projectWith(recipe('onOutOfMemory: halveBatch'))
let whole: Played

test('without a bound nothing is halved, and the key is that of a step that says nothing of it', async () => {
  whole = await playRecipe(undisturbed)
  assert.is(whole.record.outcome, 'passed')
  const asked = await playRecipe({ ...surviving, store: undisturbed.store })
  assert.is(asked.step('wide').status, 'reused')
  assert.is(asked.step('wide').key, whole.step('wide').key)
})

test('out of memory without the key fails, and names it', async () => {
  const { step, record } = await playRecipe(projectWith(recipe('')), { env: bounded })
  assert.is(record.outcome, 'step-failed')
  const [found] = step('wide').problems!
  assert.is(found!.code, 'worker-out-of-memory')
  assert.match(found!.hint!, /With `onOutOfMemory: halveBatch` a step goes on/)
})

test('with it the step ends well, in parts, within rounding of the undisturbed one', async () => {
  for (const env of [{ ...bounded, TRIMTAB_LANE: 'process' }, bounded]) {
    const project = projectWith(recipe('onOutOfMemory: halveBatch'))
    const played = await playRecipe(project, { env })
    const made = played.step('wide')
    assert.is(made.status, 'finished', JSON.stringify(made.problems))
    const { microBatch } = made.output!.record as { microBatch: number }
    assert.ok([200, 100, 50, 25].includes(microBatch), `${microBatch}`)
    // Each attempt halves; no retry was granted or used.
    assert.is(made.attempts, 1 + Math.log2(400 / microBatch))
    assert.ok(failures(played).every(code => code === 'worker-out-of-memory'))
    assert.match(made.output!.notes!.join(' '), new RegExp(`batches of 400 ran in parts of ${microBatch}`))
    const [mine, theirs] = [await weightsOf(project, made), await weightsOf(undisturbed, whole.step('wide'))]
    const apart = differenceOf(mine, theirs)
    assert.ok(apart < 1e-4, `${apart}`)
    // Other bits, so another key: nobody who did not ask for it finds them.
    assert.not.equal(made.key, whole.step('wide').key)
    assert.is(made.identity!['microBatch'], microBatch)

    if (env !== bounded) continue
    // Here there is memory for the whole batch, and yet it comes to the bits of the parts.
    const { verdict, steps } = await reproduce({ target: played.record.id, store: project.store })
    assert.is(verdict, 'reproduced')
    assert.is(steps.find(({ instance }) => instance === 'wide')!.type, 'equal')
    const again = await playRecipe(project, { env })
    assert.is(again.step('wide').status, 'reused')
    assert.is(again.step('wide').key, made.key)
    assert.is(again.step('wide').identity!['microBatch'], microBatch)
    assert.equal(failures(again), [])
  }
})

test('a network that looks across the batch is not halved: the plan warns, and the step says why', async () => {
  const project = projectWith(recipe('onOutOfMemory: halveBatch', 'batchNormalization, '))
  const { problems, step } = await playRecipe(project, { env: bounded })
  assert.equal(
    problems.map(({ code, severity }) => `${severity} ${code}`),
    ['warning halve-batch-refused'],
  )
  assert.match(problems[0]!.message, /layer "batchNormalization_1" normalizes over the batch/)
  const [found] = step('wide').problems!
  assert.is(found!.code, 'worker-out-of-memory')
  assert.match(found!.hint!, /Its batches cannot be halved: layer "batchNormalization_1"/)
  assert.is(step('wide').attempts, 1)
})

test('an evaluation goes on with fewer at once, to the same figures but for rounding', async () => {
  const measured = (more: string): string =>
    `${recipe('')}
  many: {kind: dataset, source: {digits: {examples: 800}}, split: {train: 0.5, validation: 0.5}, normalize: {divide: 255}}
  scores: {kind: evaluate, models: [wide], data: many, batchSize: 400${more}}
`
  const project = { ...undisturbed, recipe: projectWith(measured('')).recipe }
  const calm = await playRecipe(project)
  const other = {
    ...undisturbed,
    recipe: projectWith(measured(', topK: 4, onOutOfMemory: halveBatch')).recipe,
  }
  const { step, events } = await playRecipe(other, { env: { ...bounded, BOUND_MEGABYTES: '28' } })
  const made = step('scores[wide]')
  assert.is(made.status, 'finished', JSON.stringify(made.problems))
  assert.ok(events.some(event => event.type === 'failed' && event.retrying))
  assert.ok((made.output!.record as { microBatch: number }).microBatch < 400)
  const figure = ({ output }: typeof made): number => output!.metrics!['validation']!['loss']!
  assert.ok(differenceOf([figure(made)], [figure(calm.step('scores[wide]'))]) < 1e-5)
})
