import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Steps of both lanes of processes, parallel and one after the other: real training with checkpoints, and a kind that
 * ends its process in every way there is as often as it is told to. All may be tried again.
 */
const recipe = (members: number): string => {
  const seats = Array.from({ length: members }, (_, at) => at).join(', ')
  return `trimtab: 1
seed: 11
engine: wasm
plugins: [./stormy.mjs]
steps:
  digits:
    kind: dataset
    source: {digits: {examples: 200}}
    test: {digits: {examples: 60}}
    split: {train: 0.8, validation: 0.2}
    normalize: {divide: 255}
    retries: 100
  base:
    kind: train
    data: digits
    model: {layers: [{conv2d: {filters: 4, kernelSize: 3, activation: relu}}, maxPooling2d, flatten, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.003}}
    epochs: 6
    batchSize: 32
    checkpoint: every 1 epoch
    retries: 100
  wide:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 24, activation: relu}}, {dropout: {rate: 0.2}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: {sgd: {learningRate: 0.05, momentum: 0.9}}
    epochs: 8
    batchSize: 16
    checkpoint: every 7 steps
    retries: 100
  inProcesses: {kind: stormy, model: base, matrix: {seat: [${seats}]}, seat: "\${{ matrix.seat }}", retries: 100}
  onDevices: {kind: stormy, model: wide, matrix: {seat: [${seats}]}, seat: "\${{ matrix.seat }}", resources: {gpus: 1}, retries: 100}
  pruned: {kind: prune, model: wide, method: magnitude, sparsity: 0.6, retries: 100}
  tuned: {kind: finetune, model: pruned, data: digits, epochs: 2, retries: 100}
  last: {kind: stormy, model: tuned, seat: 99, resources: {gpus: 2}, retries: 100}
  scores: {kind: evaluate, models: [base, tuned], data: digits, retries: 100}
`
}

/** Crashes as STORM says: a folder with a file an instance, one line an attempt that crashed, and how. */
const stormy = `import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineStep, loadModel, storeModel, Type } from 'trimtab'

export const kind = defineStep({
  kind: 'stormy',
  revision: 1,
  params: Type.Object({ seat: Type.Integer() }, { additionalProperties: false, description: 'Hands a model on, through a storm.' }),
  consumes: { model: 'model' },
  produces: { model: 'model' },
  predict: (_, { model: [given] = [] }) => ({ outputs: given?.description ? { model: given.description } : {} }),
})

const library = name => process.dlopen({ exports: {} }, join(process.env.STORM_LIBRARIES, name + '.so'))
const signal = name => process.kill(process.pid, name)

export const ways = {
  abort: () => process.env.STORM_LIBRARIES ? library('abort') : signal('SIGABRT'),
  segv: () => signal('SIGSEGV'),
  badAccess: () => process.env.STORM_LIBRARIES ? library('access') : signal('SIGSEGV'),
  badInstruction: () => process.env.STORM_LIBRARIES ? library('instruction') : signal('SIGILL'),
  bus: () => signal('SIGBUS'),
  kill: () => signal('SIGKILL'),
  exit: () => process.exit(7),
  heap: () => { const all = []; for (;;) all.push(Array.from({ length: 512 }, (_, at) => ({ at }))) },
  oneAllocation: () => { const all = []; for (;;) all.push(all.length) },
  wasmMemory: () => { const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); for (;;) memory.grow(65536) },
  noBuffer: () => new ArrayBuffer(2 ** 52),
}

/** Where the model's bytes stand when it crashes: before it reads, while it works, after it has stored. */
const crash = async (moment, storm, name, attempt) => {
  const plan = JSON.parse(readFileSync(join(storm, 'plan.json'), 'utf8'))
  const next = plan[name]?.[attempt]
  if (next?.moment !== moment) return
  appendFileSync(join(storm, name.replaceAll('/', '_')), next.way + '\\n')
  await ways[next.way]()
  await sleep(60_000)
}

export const run = async ({ instance, inputs, gpus }, { open, put, log }) => {
  const storm = process.env.STORM
  if (gpus > 0 && process.env.CUDA_VISIBLE_DEVICES.split(',').length !== gpus) throw new Error('not the devices that it asked for')
  const file = storm && join(storm, instance.replaceAll('/', '_'))
  const attempt = file && existsSync(file) ? readFileSync(file, 'utf8').split('\\n').length - 1 : 0
  if (storm) await crash('before', storm, instance, attempt)
  const model = await loadModel(inputs['model'][0].artifact, open)
  await sleep(30)
  if (storm) await crash('within', storm, instance, attempt)
  const stored = await storeModel(model, put)
  if (storm) await crash('after', storm, instance, attempt)
  log('info', 'through')
  return { outputs: { model: stored } }
}
`

const libraries = {
  access: '*(volatile int *)8 = 1;',
  abort: 'abort();',
  instruction: '__builtin_trap();',
}

/**
 * Libraries whose first function does what native code does when it has a bug. Undefined where there is no C compiler:
 * the signals are then sent instead.
 */
export const buildLibraries = (folder: string): string | undefined => {
  mkdirSync(folder, { recursive: true })
  try {
    for (const [name, code] of Object.entries(libraries)) {
      const source = join(folder, `${name}.c`)
      writeFileSync(
        source,
        `#include <stdlib.h>\n__attribute__((constructor)) static void crash(void) { ${code} }\n`,
      )
      execFileSync('cc', ['-shared', '-fPIC', '-O0', '-o', join(folder, `${name}.so`), source])
    }
    return folder
  } catch {
    return undefined
  }
}

/** Writes the project into a folder. `members`: stormy steps of each lane. */
export const writeStormSubject = (folder: string, packageFolder: string, members: number): void => {
  mkdirSync(join(folder, '.git'), { recursive: true })
  writeFileSync(join(folder, 'recipe.yml'), recipe(members))
  writeFileSync(join(folder, 'stormy.mjs'), stormy)
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(packageFolder, join(folder, 'node_modules/trimtab'))
}
