import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { reproduce } from '../../src/api/index.js'
import { differenceOf } from '../../src/core/promise.js'
import { findNative } from '../../src/engine/native/find.js'
import { openStore } from '../../src/store/open.js'
import { assert, suite } from '../suite.js'
import { playRecipe, projectWith, weightsOf, type Project } from './play.js'

process.env['TRIMTAB_ENGINES'] =
  process.env['TRIMTAB_TEST_ENGINES'] ?? join(homedir(), '.cache/trimtab/engines')

const test = suite('a step that runs out of memory and goes on with fewer examples at once, on native')

const recipe = (examples: number, more = ''): string => `trimtab: 1
seed: 3
engine: native
steps:
  digits: {kind: dataset, source: {digits: {examples: ${examples}}}, split: {train: 0.9, validation: 0.1}, normalize: {divide: 255}}
  wide:
    kind: train
    data: digits
    model: {layers: [{conv2d: {filters: 24, kernelSize: 3, activation: relu}}, {conv2d: {filters: 24, kernelSize: 3, activation: relu}}, maxPooling2d, flatten, {dropout: {rate: 0.3}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: {sgd: {learningRate: 0.05}}
    epochs: 1
    batchSize: 400
    ${more}
`

// An arena for each thread would hide how much is held.
const env = { MALLOC_ARENA_MAX: '1' }

/** Greatest address space that a process's children have had so far, in KiB. */
const peakBelow = (parent: number): number =>
  Math.max(
    0,
    ...readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(name => {
        try {
          const status = readFileSync(`/proc/${name}/status`, 'utf8')
          if (!new RegExp(`^PPid:\\s+${parent}$`, 'm').test(status)) return 0
          return Number(/^VmPeak:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
        } catch {
          return 0
        }
      }),
  )

const peakOf = async (project: Project): Promise<{ readonly peak: number; readonly weights: number[] }> => {
  let peak = 0
  let watch: NodeJS.Timeout | undefined
  const { step, record } = await playRecipe(project, {
    env,
    during: pid => {
      watch = setInterval(() => (peak = Math.max(peak, peakBelow(pid))), 20)
    },
  })
  clearInterval(watch)
  assert.is(record.outcome, 'passed', JSON.stringify(step('wide').problems))
  return { peak, weights: await weightsOf(project, step('wide')) }
}

const state = findNative()
const hasUlimit = process.platform === 'linux'
if (!state.ready || !hasUlimit) {
  console.log(`not run: ${state.ready ? 'no address space is bounded here' : state.why}`)
  test('the native engine is not here', () => undefined)
} else
  test('TensorFlow itself runs out of memory; in parts the same training goes through', async () => {
    const small = await peakOf(projectWith(recipe(40)))
    const whole = await peakOf(projectWith(recipe(445)))
    assert.ok(whole.peak > small.peak + 120_000, `${small.peak} and ${whole.peak} KiB`)
    const addressSpace = (small.peak + whole.peak) / 2

    const project = projectWith(recipe(445, 'onOutOfMemory: halveBatch'))
    const { step, events, record } = await playRecipe(project, { env, addressSpace })
    const made = step('wide')
    assert.is(made.status, 'finished', JSON.stringify(made.problems))
    const { microBatch } = made.output!.record as { microBatch: number }
    assert.ok(microBatch < 400, `${microBatch}`)
    // TensorFlow's own words, oneDNN's, a failed `new` or a crash: whichever came first.
    const failed = events.flatMap(event => (event.type === 'failed' ? event.problems : []))
    assert.ok(
      failed.length > 0 && failed.every(({ code }) => /^(worker-)?out-of-memory$/.test(code)),
      JSON.stringify(failed),
    )
    // The engine promises a tolerance alone: the key is that of the whole batch.
    assert.is(made.identity!['microBatch'], undefined)
    const apart = differenceOf(await weightsOf(project, made), whole.weights)
    assert.ok(apart < 1e-4, `${apart}`)

    // Held to the engine's promise, which the whole batch would not keep: run and lock both say the parts.
    const target = join(dirname(project.recipe), 'recipe.lock.yml')
    assert.match(readFileSync(target, 'utf8'), new RegExp(`\\n    microBatch: ${microBatch}\\n`))
    for (const options of [{ target }, { target: record.id, store: project.store, keep: true }]) {
      const { verdict, steps, kept } = await reproduce(options)
      assert.is(verdict, 'reproduced', JSON.stringify(steps))
      if (kept === undefined) continue
      const [again] = await (await openStore(join(kept, 'store'))).runs.list()
      const { output: repeated } = again!.instances.find(({ instance }) => instance === 'wide')!
      assert.is(repeated!.record!['microBatch'], microBatch)
      rmSync(kept, { recursive: true })
    }
  })
