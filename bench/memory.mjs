// Predicted peak memory of steps beside what their processes really took: one recipe whose steps differ in what fills
// memory, each run in a process of its own (the lane `process`), the peak read from the kernel (VmHWM, Linux only).
//   node bench/memory.mjs [STEP …]
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'trimtab-memory-'))
mkdirSync(join(folder, '.git'))

/** A .npy file of numbers that a counter gives. */
const writeNumbers = (name, descr, shape, array) => {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`
  const padded = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n'
  const head = Buffer.alloc(10)
  head.write('\x93NUMPY\x01\x00', 'latin1')
  head.writeUInt16LE(padded.length, 8)
  writeFileSync(join(folder, name), Buffer.concat([head, Buffer.from(padded), Buffer.from(array.buffer)]))
}
const cells = (count, of) => Uint8Array.from({ length: count }, (_, at) => (at * 7919) % of)
writeNumbers('images.npy', '|u1', [600, 64, 64, 3], cells(600 * 64 * 64 * 3, 256))
writeNumbers('labels.npy', '|u1', [600], cells(600, 10))
writeNumbers('series.npy', '<f4', [1000, 40, 16], Float32Array.from(cells(640_000, 255)))
writeNumbers('classes.npy', '|u1', [1000], cells(1000, 4))

const digitLayers =
  '{conv2d: {filters: 32, kernelSize: 3, activation: relu}}, maxPooling2d, ' +
  '{conv2d: {filters: 64, kernelSize: 3, activation: relu}}, maxPooling2d, ' +
  'flatten, {dense: {units: 64, activation: relu}}, {dense: {units: 10, activation: softmax}}'

writeFileSync(
  join(folder, 'recipe.yml'),
  `trimtab: 1
engine: wasm
steps:
  digits: {kind: dataset, source: {digits: {examples: 2000}}, split: {train: 0.7, validation: 0.1, test: 0.2}, normalize: {divide: 255}}
  images: {kind: dataset, source: {npy: {features: images.npy, labels: labels.npy}}, split: {train: 0.8, test: 0.2}, normalize: {divide: 255}}
  series: {kind: dataset, source: {npy: {features: series.npy, labels: classes.npy}}, split: {train: 0.8, test: 0.2}}
  small:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 32, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    epochs: 1
  wide:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 2048, activation: relu}}, {dense: {units: 4096, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: adam
    epochs: 1
  wideSgd:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 2048, activation: relu}}, {dense: {units: 4096, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: sgd
    epochs: 1
  cnn: {kind: train, data: digits, model: &cnn {layers: [${digitLayers}]}, epochs: 1, batchSize: 128}
  cnn512: {kind: train, data: digits, model: *cnn, epochs: 1, batchSize: 512}
  normed:
    kind: train
    data: images
    model:
      layers:
        - conv2d: {filters: 32, kernelSize: 3, padding: same, useBias: false}
        - batchNormalization
        - reLU: {name: first}
        - conv2d: {filters: 32, kernelSize: 3, padding: same, useBias: false}
        - batchNormalization
        - reLU: {name: second}
        - add: {from: [first, second]}
        - maxPooling2d: {poolSize: 4}
        - dropout: {rate: 0.2}
        - flatten
        - dense: {units: 10, activation: softmax}
    optimizer: {sgd: {momentum: 0.9}}
    epochs: 1
    batchSize: 64
  separable:
    kind: train
    data: images
    model:
      layers:
        - separableConv2d: {filters: 32, kernelSize: 3, padding: same, activation: relu}
        - depthwiseConv2d: {kernelSize: 3, padding: same, activation: relu}
        - conv2d: {filters: 64, kernelSize: 1, activation: relu}
        - averagePooling2d
        - globalAveragePooling2d
        - dense: {units: 10, activation: softmax}
    epochs: 1
    batchSize: 64
  recurrent:
    kind: train
    data: series
    model: {layers: [{lstm: {units: 64}}, {dense: {units: 4, activation: softmax}}]}
    epochs: 1
    batchSize: 64
  mixed:
    kind: train
    data: series
    model: {layers: [{conv1d: {filters: 64, kernelSize: 5, activation: elu}}, layerNormalization, {gru: {units: 48, returnSequences: true}}, {dropout: {rate: 0.3}}, flatten, {dense: {units: 4, activation: softmax}}]}
    optimizer: {rmsprop: {momentum: 0.9}}
    epochs: 1
    batchSize: 128
  decoded:
    kind: train
    data: images
    model:
      layers:
        - conv2d: {filters: 24, kernelSize: 5, strides: 2, activation: tanh}
        - conv2dTranspose: {filters: 16, kernelSize: 3, strides: 2}
        - leakyReLU
        - globalMaxPooling2d
        - dense: {units: 10, activation: softmax}
    optimizer: adadelta
    epochs: 1
    batchSize: 96
  pruned: {kind: prune, model: cnn, data: digits, granularity: filter, method: activation, sparsity: 0.5}
  tuned: {kind: finetune, model: pruned, data: digits, epochs: 1, batchSize: 128}
  int8: {kind: quantize, model: cnn, data: digits, weights: int8, activations: uint8, calibration: {batchSize: 256}}
  weights: {kind: quantize, model: wide, weights: int8}
  global: {kind: prune, model: cnn, granularity: channel, scope: global, sparsity: 0.5}
  again: {kind: finetune, model: global, data: digits, epochs: 1, batchSize: 128}
  student:
    kind: distill
    teachers: [cnn]
    data: digits
    model: {layers: [flatten, {dense: {units: 64, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    epochs: 1
    batchSize: 128
  scores: {kind: evaluate, models: [cnn, tuned], data: digits, reference: cnn}
  seen: {kind: evaluate, models: [normed], data: images}
  speed: {kind: benchmark, models: [int8], data: digits, reference: cnn, rounds: 6}
`,
)

const command = join(root, 'bin/trimtab.js')
const env = { ...process.env, NO_COLOR: '1', TRIMTAB_LANE: 'process' }

/** Runs the command to its end; `watch` is called often while it runs, with its process id. */
const run = (args, watch = () => {}) =>
  new Promise(done => {
    const child = spawn(process.execPath, [command, ...args], { cwd: folder, env })
    let [out, err] = ['', '']
    child.stdout.on('data', text => (out += text))
    child.stderr.on('data', text => (err += text))
    const timer = setInterval(() => watch(child.pid), 5)
    child.once('close', code => {
      clearInterval(timer)
      done({ code, out, err })
    })
  })

const statusOf = pid => {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
const number = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)

/** Greatest peak of the processes that a process has started, in bytes. */
const peakBelow = parent =>
  Math.max(
    0,
    ...readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(statusOf)
      .filter(text => number(text, 'PPid') === parent)
      .map(text => number(text, 'VmHWM') * 1024),
  )

const mega = bytes => (bytes / 1e6).toFixed(0)
const ends = figure => (typeof figure === 'number' ? [figure, figure] : [figure.low, figure.high])

try {
  const planned = JSON.parse((await run(['plan', '--json'])).out)
  for (const problem of planned.problems) console.log(`${problem.severity}: ${problem.message}`)
  const wanted = process.argv.slice(2)
  const rows = []
  for (const { instance, memory } of planned.instances) {
    const isWanted = wanted.length === 0 || wanted.includes(instance)
    if (!isWanted) continue
    let peak = 0
    // What it needs first: its own process must do nothing but the step itself.
    const { from } = planned.instances.find(each => each.instance === instance)
    if (from.length > 0) await run(['run', '--only', ...from])
    const { code, err } = await run(
      ['run', '--only', instance],
      pid => (peak = Math.max(peak, peakBelow(pid))),
    )
    if (code !== 0 && code !== 4) throw new Error(`${instance}: ${err}`)
    const [low, high] = memory === undefined ? [NaN, NaN] : ends(memory)
    const ratio = peak < low ? low / peak : peak > high ? high / peak : 1
    rows.push({ instance, low, high, peak, ratio })
    console.log(
      `${instance.padEnd(16)} predicted ${(low === high ? mega(low) : `${mega(low)} – ${mega(high)}`).padStart(11)} MB   measured ${mega(peak).padStart(5)} MB   ${ratio.toFixed(2)}`,
    )
  }
  const worst = rows.map(({ ratio }) => Math.max(ratio, 1 / ratio)).filter(Number.isFinite)
  console.log(`${rows.length} steps, off by at most ${Math.max(...worst).toFixed(2)}×`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
