// What checkpoints cost, and a resume: the CNN of examples/mnist on drawn digits, trained without any, with one after every
// epoch and with one after every 10 steps, in turn, each in a store of its own; then cut short by Ctrl-C and gone on.
// Usage: node bench/checkpoint.mjs [rounds] [examples] [epochs]
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildAll } from '../scripts/build.mjs'
import { compile } from '../scripts/compile.mjs'

await buildAll()
const { run } = await import('../dist/api/index.js')

const rounds = Number(process.argv[2] ?? 3)
const examples = Number(process.argv[3] ?? 2000)
const epochs = Number(process.argv[4] ?? 3)
const rhythms = ['never', 'every 1 epoch', 'every 10 steps']

const recipe = rhythm => `trimtab: 1
seed: 7
engine: wasm
steps:
  digits: {kind: dataset, source: {digits: {examples: ${examples}}}, split: {train: 0.9, validation: 0.1}, normalize: {divide: 255}}
  base:
    kind: train
    data: digits
    model:
      layers:
        - conv2d: {filters: 32, kernelSize: 3, activation: relu}
        - maxPooling2d
        - conv2d: {filters: 64, kernelSize: 3, activation: relu}
        - maxPooling2d
        - flatten
        - dense: {units: 64, activation: relu}
        - dense: {units: 10, activation: softmax}
    optimizer: {adam: {learningRate: 0.001}}
    epochs: ${epochs}
    batchSize: 128
    checkpoint: ${rhythm}
`

const bytesOf = folder => {
  try {
    return readdirSync(folder, { recursive: true })
      .map(name => statSync(join(folder, name)))
      .filter(state => state.isFile())
      .map(({ size }) => size)
  } catch {
    return []
  }
}

const train = async (folder, rhythm, more = {}) => {
  const file = join(folder, 'recipe.yml')
  writeFileSync(file, recipe(rhythm))
  const { record, problems } = await run({ recipe: file, ...more })
  if (!record) throw new Error(JSON.stringify(problems))
  return record.instances.find(({ instance }) => instance === 'base')
}

const fresh = () => mkdtempSync(join(tmpdir(), 'trimtab-checkpoint-'))
const median = figures => [...figures].sort((a, b) => a - b)[figures.length >> 1]
const show = (figures, unit) =>
  `${median(figures).toFixed(2)} ${unit} (${figures.map(each => each.toFixed(2)).join(' ')})`

const took = Object.fromEntries(rhythms.map(rhythm => [rhythm, []]))
const digests = new Set()
for (let round = 0; round <= rounds; round++)
  for (const rhythm of rhythms) {
    const folder = fresh()
    try {
      const { seconds, output } = await train(folder, rhythm)
      digests.add(output.outputs.model.digest)
      // The first round warms up.
      if (round > 0) took[rhythm].push(seconds)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
console.log(
  `${rounds} rounds, ${Math.ceil((examples * 0.9) / 128)} steps an epoch, ${epochs} epochs, ${digests.size === 1 ? 'one digest' : 'DIGESTS DIFFER'}`,
)
for (const rhythm of rhythms) {
  const ratios = took[rhythm].map((seconds, at) => seconds / took.never[at])
  console.log(
    `${rhythm.padEnd(15)} ${show(took[rhythm], 's')}; against never, pair by pair: ${show(ratios, '×')}`,
  )
}

const ready = { fresh: [], resumed: [] }
let size = 0
for (let round = 0; round < rounds; round++) {
  const folder = fresh()
  try {
    const times = {}
    const watch = name => event => {
      if (event.instance !== 'base') return
      if (event.type === 'started') times.started = performance.now()
      if (event.type === 'progress') times[name] ??= performance.now() - times.started
    }
    const controller = new AbortController()
    const first = watch('fresh')
    let seen = 0
    await train(folder, 'every 1000 epochs', {
      signal: controller.signal,
      onEvent: event => {
        first(event)
        if (event.type === 'progress' && event.instance === 'base' && ++seen === 4) controller.abort()
      },
    })
    size = Math.max(...bytesOf(join(folder, '.trimtab/checkpoints')))
    const { output, resumed } = await train(folder, 'every 1000 epochs', { onEvent: watch('resumed') })
    digests.add(output.outputs.model.digest)
    if (!resumed) throw new Error('it began anew')
    for (const name of Object.keys(ready)) ready[name].push(times[name] / 1000)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
console.log(
  `from start to the first step: anew ${show(ready.fresh, 's')}, resumed ${show(ready.resumed, 's')}`,
)
console.log(
  `a checkpoint: ${(size / 1e6).toFixed(2)} MB; ${digests.size === 1 ? 'one digest' : 'DIGESTS DIFFER'}`,
)

// One alone: far less than the trainings above vary by on a machine that does other things too.
const out = `.build/checkpoint-${process.pid}`
await compile(['src/store', 'src/core'], out)
const { openCheckpoints } = await import(pathToFileURL(join(out, 'src/store/checkpoints.js')).href)
const folder = fresh()
try {
  const stored = openCheckpoints(join(folder, '.trimtab'))
  const key = `sha256:${'0'.repeat(64)}`
  const arrays = new Map([['all', new Float32Array(size >> 2).fill(0.1)]])
  const alone = { write: [], head: [], read: [] }
  for (let at = 0; at < 30; at++) {
    const began = performance.now()
    await stored.write(key, { moment: { step: at }, state: null, arrays })
    const written = performance.now()
    stored.head(key)
    const looked = performance.now()
    await stored.read(key)
    alone.write.push(written - began)
    alone.head.push(looked - written)
    alone.read.push(performance.now() - looked)
  }
  for (const [what, figures] of Object.entries(alone)) {
    const sorted = figures.sort((a, b) => a - b)
    console.log(`one ${what}: median ${median(figures).toFixed(2)} ms, least ${sorted[0].toFixed(2)}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
  rmSync(out, { recursive: true, force: true })
}
