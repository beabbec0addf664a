import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { differenceOf } from '../../src/core/promise.js'
import { findNative } from '../../src/engine/native/find.js'
import { assert, suite } from '../suite.js'
import { childProcesses, faultyAssignment, newProcess, watch } from './host-rig.js'
import { playRecipe, projectWith, weightsOf } from './play.js'

process.env['TRIMTAB_ENGINES'] =
  process.env['TRIMTAB_TEST_ENGINES'] ?? join(homedir(), '.cache/trimtab/engines')

const test = suite('the native engine in the gpu lane')

const recipe = `trimtab: 1
seed: 3
engine: native
steps:
  digits: {kind: dataset, source: {digits: {examples: 300}}, split: {train: 0.9, validation: 0.1}, normalize: {divide: 255}}
  a:
    kind: train
    data: digits
    model: {layers: [{conv2d: {filters: 4, kernelSize: 3, activation: relu}}, maxPooling2d, flatten, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: 4
    batchSize: 32
    resources: {gpus: 1}
  b: {kind: train, data: digits, model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}, epochs: 4, resources: {gpus: 1}}
`

const state = findNative()
if (!state.ready) {
  console.log(`not run: ${state.why}`)
  test('the native engine is not here', () => undefined)
} else {
  test('two devices train two steps at once, and each ends as it does alone', async () => {
    const [one, two] = [projectWith(recipe), projectWith(recipe)]
    const alone = await playRecipe(one, { env: { TRIMTAB_DEVICES: '0' } })
    const beside = await playRecipe(two, { env: { TRIMTAB_DEVICES: '0,1' } })
    const order = ({ events }: typeof alone): readonly string[] =>
      events.flatMap(event =>
        (event.type === 'started' && event.lane === 'gpu') ||
        (event.type === 'finished' && event.instance !== 'digits')
          ? [event.type]
          : [],
      )
    assert.equal(order(alone), ['started', 'finished', 'started', 'finished'])
    assert.equal(order(beside), ['started', 'started', 'finished', 'finished'])
    for (const id of ['a', 'b']) {
      const [mine, theirs] = [await weightsOf(one, alone.step(id)), await weightsOf(two, beside.step(id))]
      assert.ok(differenceOf(mine, theirs) < 1e-4, `${id}: ${differenceOf(mine, theirs)}`)
    }
  })

  test('a step in a long call of native code is asked to stop, then ended with its process', async () => {
    const host = newProcess()
    const watched = watch()
    const running = host.run(faultyAssignment('longNative'), watched.hooks)
    await watched.spoke
    assert.equal(watched.logs, ['info: multiplying'])
    watched.soft.abort()
    await sleep(500)
    // It cannot hear, and its process still answers.
    assert.is(childProcesses().length, 1)
    watched.hard.abort()
    assert.is((await running).type, 'cancelled')
    await host.renew()
    assert.equal(childProcesses(), [])
  })
}
