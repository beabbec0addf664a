import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/api/index.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { childProcesses, liveThreads } from './host-rig.js'

const test = suite('the wasm engine in lanes')

const recipe = `
trimtab: 1
seed: 3
engine: wasm
steps:
  digits:
    kind: dataset
    source: {digits: {examples: 300}}
    test: {digits: {examples: 50}}
    split: {train: 0.9, validation: 0.1}
    normalize: {divide: 255}
  a:
    kind: train
    data: digits
    model: {layers: [{conv2d: {filters: 3, kernelSize: 3, activation: relu}}, maxPooling2d, flatten, {dropout: {rate: 0.2}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: 2
    batchSize: 32
  b:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 16, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: 2
    batchSize: 32
`

const runIn = async (more: Partial<Parameters<typeof run>[0]> = {}): Promise<RunRecord> => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'recipe.yml'), recipe)
  const { record, problems } = await run({ recipe: join(folder, 'recipe.yml'), ...more })
  assert.equal(problems, [])
  assert.is(record?.outcome, 'passed', JSON.stringify(record?.instances.flatMap(each => each.problems ?? [])))
  return record!
}

const digests = (record: RunRecord): unknown =>
  record.instances.map(each => Object.values(each.output!.outputs).map(artifact => artifact.digest))

test('training gives the same bits alone, beside other work, and in a process of its own', async () => {
  const alone = await runIn({ workers: 1 })
  const beside = await runIn({ workers: 2 })
  assert.equal(digests(beside), digests(alone))
  process.env.TRIMTAB_LANE = 'process'
  try {
    const lanes = new Set<string>()
    const apart = await runIn({
      workers: 2,
      onEvent: event => event.type === 'started' && lanes.add(event.lane),
    })
    assert.equal([...lanes], ['process'])
    assert.equal(digests(apart), digests(alone))
  } finally {
    delete process.env.TRIMTAB_LANE
  }
  assert.is(await liveThreads(), 0)
  assert.equal(childProcesses(), [])
})

test('Ctrl-C stops a training within a batch', async () => {
  const controller = new AbortController()
  const folder = emptyFolder()
  writeFileSync(join(folder, 'recipe.yml'), recipe.replace('epochs: 2', 'epochs: 10000'))
  let asked = 0
  const { record } = await run({
    recipe: join(folder, 'recipe.yml'),
    signal: controller.signal,
    onEvent: event => {
      if (event.type !== 'progress' || event.instance !== 'a' || asked > 0) return
      asked = performance.now()
      controller.abort()
    },
  })
  const took = performance.now() - asked
  assert.is(record?.outcome, 'interrupted')
  // A batch takes a few milliseconds; the grace, after which the thread would have been ended, two seconds.
  assert.ok(took < 1500, `${took} ms`)
  assert.is(await liveThreads(), 0)
})
