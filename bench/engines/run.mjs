// Five networks on every engine that is here, and on TensorFlow and PyTorch in Python: a training step and a forward
// pass at batch sizes 1 and 128. Each side is a process of its own; they take turns, so that all meet the same machine.
// Prints a table of medians and ratios, and writes them as JSON and as a plot where asked. Two further networks, `gru` and
// `simplernn`, run where `--nets` names them.
//   node bench/engines/run.mjs [--rounds 5] [--steps 3] [--nets cnn,mlp,gru,simplernn]
//     [--sides wasm,wasm2,tfjs,native,graph,bf16,fp16,webgpu,tf,tfgraph,tfbf16,torch]
//     [--reference tfjs] [--tensorflow PYTHON] [--torch PYTHON] [--json FILE] [--plot FILE]
import { build } from 'esbuild'
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildAll } from '../../scripts/build.mjs'
import { tableOf } from './table.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '3' },
    sides: { type: 'string', default: 'wasm,wasm2,tfjs,native,graph,webgpu,tf,tfgraph,torch' },
    nets: { type: 'string' },
    batches: { type: 'string', default: '128,1' },
    reference: { type: 'string', default: 'tfjs' },
    tensorflow: { type: 'string', default: 'python3' },
    torch: { type: 'string', default: 'python3' },
    json: { type: 'string' },
    plot: { type: 'string' },
  },
})
const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const out = join(root, '.build', `bench-engines-${process.pid}`)
const netsFile = join(here, 'nets.json')
const side = join(out, 'bench/engines/side.js')

const node = (engine, env = {}, threads = 1, precision = 'none') => ({
  command: process.execPath,
  args: [side, engine, netsFile, String(threads), precision],
  env,
})
const python = (command, file, ...args) => ({ command, args: [join(here, file), ...args, netsFile], env: {} })
const commands = {
  wasm: node('wasm'),
  wasm2: node('wasm', {}, 2),
  tfjs: { command: process.execPath, args: [join(out, 'bench/engines/stock.js'), netsFile], env: {} },
  native: node('native', { TRIMTAB_GRAPH: 'off' }),
  graph: node('native'),
  // Mixed precision, in steps of training; passes forward are those of `graph`.
  bf16: node('native', {}, 1, 'bfloat16'),
  fp16: node('native', {}, 1, 'float16'),
  webgpu: node('webgpu'),
  tf: python(values.tensorflow, 'peer_tensorflow.py', 'eager'),
  tfgraph: python(values.tensorflow, 'peer_tensorflow.py', 'graph'),
  tfbf16: python(values.tensorflow, 'peer_tensorflow.py', 'mixed_bfloat16'),
  torch: python(values.torch, 'peer_torch.py'),
}

/** Starts a side; undefined where it does not start here, which is said. */
const open = name =>
  new Promise(done => {
    const { command, args, env } = commands[name]
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    let said = ''
    child.stderr.on('data', chunk => (said = (said + chunk).slice(-2000)))
    let answered
    let gone = false
    createInterface({ input: child.stdout }).on('line', line => {
      if (!line.startsWith('{')) return
      const got = JSON.parse(line)
      if ('ready' in got) done({ name, version: got.ready, ask, end: () => child.kill() })
      else answered?.(got)
    })
    const ask = question =>
      gone
        ? Promise.resolve({ error: 'its process has ended' })
        : new Promise(answer => {
            answered = answer
            child.stdin.write(`${JSON.stringify(question)}\n`)
          })
    const lost = () => {
      gone = true
      answered?.({ error: `its process ended: ${said.trim().split('\n').at(-1)}` })
      done(undefined)
      if (said && !answered) console.error(`${name} does not run here: ${said.trim().split('\n').at(-1)}`)
    }
    child.once('error', lost)
    child.once('exit', lost)
    child.stdin.on('error', () => undefined)
  })

const median = numbers => [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]

await buildAll()
mkdirSync(out, { recursive: true })
await build({
  // The folders as they are: threads are started from a file, which is looked for beside run/worker/main.js.
  entryPoints: [
    'bench/engines/side',
    'bench/engines/stock',
    'src/engine/threads/thread',
    'src/run/worker/main',
  ].map(file => ({ in: join(root, `${file}.ts`), out: file.replace(/^src\//, '') })),
  outdir: out,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['@tensorflow/*', 'webgpu', 'piscina'],
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
})
const results = []
try {
  const sides = (await Promise.all(values.sides.split(',').map(open))).filter(Boolean)
  const known = JSON.parse(readFileSync(netsFile, 'utf8'))
  const nets = values.nets?.split(',') ?? Object.keys(known).filter(net => !known[net].onlyAsked)
  for (const net of nets)
    for (const batch of values.batches.split(',').map(Number))
      for (const what of ['train', 'forward']) {
        const times = new Map(sides.map(({ name }) => [name, []]))
        const failed = new Map()
        const peaks = new Map()
        for (let round = 0; round < Number(values.rounds); round++)
          for (const { name, ask } of round % 2 === 0 ? sides : sides.toReversed()) {
            if (failed.has(name)) continue
            const count = Number(values.steps) * (batch === 1 ? 5 : 1)
            const { ms, peak, error } = await ask({ net, what, batch, count })
            if (error !== undefined) failed.set(name, error)
            else {
              times.get(name).push(...ms)
              peaks.set(name, peak)
            }
          }
        for (const [name, error] of failed) console.error(`${name}, ${net}, ${what} at ${batch}: ${error}`)
        for (const { name } of sides)
          if (!failed.has(name))
            results.push({ net, what, batch, side: name, ms: median(times.get(name)), peak: peaks.get(name) })
        process.stderr.write(`${net}, ${what} at ${batch}: done\n`)
      }
  console.log(tableOf(results, values.reference))
  console.log(sides.map(({ name, version }) => `${name} ${version}`).join(', '))
  for (const { end } of sides) end()
} finally {
  rmSync(out, { recursive: true, force: true })
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`)
if (values.plot) {
  const { plot } = await import('./plot.mjs')
  writeFileSync(values.plot, await plot(results, values.reference))
}
