// ms a training step of five networks (bench/train-nets.ts) at batch 128, Adam, as the product trains them, on our wasm
// engine with one thread; `gru`, `simplernn` and `stacked` too where named. Beside it, where asked for, the same from another checkout, and tfjs's native engine op by op.
// The processes take turns, so that all meet the same machine. The processor's time (of all threads) is told beside the clock's:
// on a busy machine it says more. `--kernels` tells it of each kernel.
// `--flat 10000` makes so many steps instead and tells what the engine holds before and after them.
//   node bench/train.mjs [NET…] [--rounds 12] [--batch 128] [--kernels] [--against FOLDER] [--native] [--flat STEPS]
import { build } from 'esbuild'
import { execFileSync, fork } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '12' },
    batch: { type: 'string', default: '128' },
    kernels: { type: 'boolean', default: false },
    against: { type: 'string' },
    native: { type: 'boolean', default: false },
    flat: { type: 'string' },
  },
})
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stepsATurn = 3
const names = positionals.length > 0 ? positionals : ['cnn', 'mlp', 'resnet', 'mobilenet', 'lstm']

/** Bundles the step of a checkout, where its code finds that checkout's kernels. */
const bundle = async folder => {
  const out = join(folder, '.build', `bench-train-${process.pid}`)
  execFileSync(process.execPath, [
    '-e',
    `import(${JSON.stringify(join(folder, 'scripts/build.mjs'))}).then(b => b.buildKernels())`,
  ])
  if (folder !== root)
    for (const file of ['train-step.ts', 'train-nets.ts'])
      copyFileSync(join(root, 'bench', file), join(folder, 'bench', file))
  await build({
    entryPoints: [join(folder, 'bench/train-step.ts')],
    outfile: join(out, 'train-step.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['@tensorflow/*'],
    logLevel: 'warning',
  })
  return { out, file: join(out, 'train-step.mjs') }
}

const open = (file, engine, net) =>
  new Promise((done, broken) => {
    const child = fork(file, [engine, net, values.batch], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { TRIMTAB_ENGINES: join(homedir(), '.cache/trimtab/engines'), ...process.env },
    })
    child.once('exit', code => broken(new Error(`the ${engine} process ended with ${code}`)))
    const ask = question =>
      new Promise(answered => {
        child.once('message', answered)
        child.send(question)
      })
    child.once('message', () => done({ child, ask }))
  })
const quantile = (numbers, share) =>
  [...numbers].sort((a, b) => a - b)[Math.round((numbers.length - 1) * share)]
const show = numbers =>
  `${quantile(numbers, 0.5).toFixed(1).padStart(7)} ms a step (${quantile(numbers, 0.1).toFixed(1)}–${quantile(numbers, 0.9).toFixed(1)})`

const bundles = { ours: await bundle(root) }
if (values.against) bundles.before = await bundle(resolve(values.against))
try {
  for (const net of names) {
    const sides = { ours: await open(bundles.ours.file, 'wasm', net) }
    if (bundles.before) sides.before = await open(bundles.before.file, 'wasm', net)
    if (values.native) sides.native = await open(bundles.ours.file, 'native', net)
    if (values.flat) {
      const before = await sides.ours.ask({ steps: 50 })
      const after = await sides.ours.ask({ steps: Number(values.flat) })
      const tell = ({ memory, tensors }) => `${(memory / 2 ** 20).toFixed(1)} MiB, ${tensors} tensors`
      console.log(
        `${net}, batch ${values.batch}: after 50 steps ${tell(before)}; ${values.flat} steps later ${tell(after)}`,
      )
      for (const { child } of Object.values(sides)) {
        child.removeAllListeners('exit')
        child.kill()
      }
      continue
    }
    const order = Object.keys(sides)
    const times = Object.fromEntries(order.map(side => [side, []]))
    const used = Object.fromEntries(order.map(side => [side, []]))
    const losses = {}
    for (const side of order) losses[side] = (await sides[side].ask({ steps: 3 })).loss
    for (let round = 0; round < Number(values.rounds); round++)
      for (const side of round % 2 === 0 ? order : [...order].reverse()) {
        const told = await sides[side].ask({ steps: stepsATurn })
        times[side].push(...told.times)
        used[side].push(...told.used)
      }
    console.log(`${net}, batch ${values.batch}`)
    for (const side of order)
      console.log(
        `  ${side.padEnd(8)}${show(times[side])}  ${(quantile(times[side], 0.5) / quantile(times.ours, 0.5)).toFixed(2)}×  processor ${quantile(used[side], 0.5).toFixed(1)} ms, ${(quantile(used[side], 0.5) / quantile(used.ours, 0.5)).toFixed(2)}×  loss of step 3: ${losses[side]}`,
      )
    if (values.kernels)
      for (const side of order) {
        const { kernels } = await sides[side].ask({ steps: 5, kernels: true })
        const sum = Object.values(kernels).reduce((ms, [each]) => ms + each, 0)
        console.log(`  ${side}: ms a step by kernel, ${sum.toFixed(1)} in all`)
        for (const [kernel, [ms, calls]] of Object.entries(kernels)
          .sort((a, b) => b[1][0] - a[1][0])
          .slice(0, 16))
          console.log(`    ${kernel.padEnd(36)}${ms.toFixed(2).padStart(8)}  ${calls} calls`)
      }
    for (const { child } of Object.values(sides)) {
      child.removeAllListeners('exit')
      child.kill()
    }
  }
} finally {
  for (const { out } of Object.values(bundles)) rmSync(out, { recursive: true, force: true })
}
