// ms a training step of the classic digit CNN (conv 32 3×3 relu, pool, conv 64 3×3 relu, pool, dense 64, dense 10,
// Adam, batch 128, 28×28×1) on our wasm engine with one thread, against tfjs's stock wasm backend with a filter gradient
// composed of its own operations. The two processes take turns, so that both meet the same machine.
//   node bench/train.mjs [--rounds 12] [--kernels]
import { build } from 'esbuild'
import { fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildKernels } from '../scripts/build.mjs'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '12' }, kernels: { type: 'boolean', default: false } },
})
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = join(root, '.build', `bench-train-${process.pid}`)
const stepsATurn = 3

const open = engine =>
  new Promise((done, broken) => {
    const child = fork(join(out, 'train-step.mjs'), [engine], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child.once('exit', code => broken(new Error(`the ${engine} process ended with ${code}`)))
    const ask = question =>
      new Promise(answered => {
        child.once('message', answered)
        child.send(question)
      })
    child.once('message', () => done({ child, ask }))
  })
const sorted = numbers => [...numbers].sort((a, b) => a - b)
const quantile = (numbers, share) => sorted(numbers)[Math.round((numbers.length - 1) * share)]
const show = numbers =>
  `${quantile(numbers, 0.5).toFixed(1)} ms a step (${quantile(numbers, 0.1).toFixed(1)}–${quantile(numbers, 0.9).toFixed(1)})`

await buildKernels()
await build({
  entryPoints: [join(root, 'bench/train-step.ts')],
  outfile: join(out, 'train-step.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['@tensorflow/*'],
  logLevel: 'warning',
})
try {
  const sides = { ours: await open('ours'), stock: await open('stock') }
  const times = { ours: [], stock: [] }
  for (const side of Object.values(sides)) await side.ask({ steps: 2 })
  for (let round = 0; round < Number(values.rounds); round++)
    for (const name of round % 2 === 0 ? ['ours', 'stock'] : ['stock', 'ours'])
      times[name].push(...(await sides[name].ask({ steps: stepsATurn })).times)
  console.log(`ours   ${show(times.ours)}`)
  console.log(`stock  ${show(times.stock)}`)
  console.log(`ratio  ${(quantile(times.stock, 0.5) / quantile(times.ours, 0.5)).toFixed(2)} of the medians`)
  if (values.kernels)
    for (const [name, side] of Object.entries(sides)) {
      const { kernels } = await side.ask({ steps: 5, kernels: true })
      console.log(`\n${name}: ms a step by kernel`)
      for (const [kernel, ms] of Object.entries(kernels)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 14))
        console.log(`  ${kernel.padEnd(28)}${ms.toFixed(2).padStart(8)}`)
    }
  for (const { child } of Object.values(sides)) {
    child.removeAllListeners('exit')
    child.kill()
  }
} finally {
  rmSync(out, { recursive: true, force: true })
}
