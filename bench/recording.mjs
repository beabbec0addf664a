// What it takes to make a training step a graph on the native engine, part by part, in milliseconds of the processor (all
// threads): two recordings, their comparison, the graph, the session, and the first run, in which TensorFlow optimizes it.
// The networks of bench/engines/nets.json at batch 128 with Adam, and the LSTM over 100 steps (`lstm100`); medians.
//   TRIMTAB_ENGINES=~/.cache/trimtab/engines node bench/recording.mjs [NET…] [--rounds 5]
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
})
const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, '../.build', `bench-recording-${process.pid}`)
const nets = positionals.length > 0 ? positionals : ['cnn', 'mlp', 'resnet', 'mobilenet', 'lstm', 'lstm100']

try {
  mkdirSync(out, { recursive: true })
  const outfile = join(out, 'side.js')
  await build({
    entryPoints: [join(here, 'recording-side.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['@tensorflow/*', 'webgpu', 'piscina', 'onnxruntime-node'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'warning',
  })
  execFileSync(process.execPath, [outfile, join(here, 'engines/nets.json'), nets.join(','), values.rounds], {
    stdio: ['ignore', 'inherit', 'ignore'],
  })
} finally {
  rmSync(out, { recursive: true, force: true })
}
