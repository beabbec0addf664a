// ms a training step of networks (bench/train-nets.ts) at batch 128, Adam, on the wasm engine with several numbers of
// threads in one process, in turn. Also holds the weights of each number against those of the first.
//   node bench/threads.mjs [NET…] [--threads 1,2] [--rounds 12] [--batch 128] [--kernels] [--without-simd]
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildKernels } from '../scripts/build.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '12' },
    batch: { type: 'string', default: '128' },
    kernels: { type: 'boolean', default: false },
    'without-simd': { type: 'boolean', default: false },
  },
})
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = join(root, '.build', `bench-threads-${process.pid}`)
const names = positionals.length > 0 ? positionals : ['cnn', 'mlp', 'resnet', 'mobilenet', 'lstm']

await buildKernels()
try {
  mkdirSync(out, { recursive: true })
  await build({
    // The folders as they are: threads are started from a file, which is looked for beside run/worker/main.js.
    entryPoints: ['bench/threads-step', 'src/engine/threads/thread', 'src/run/worker/main'].map(file =>
      join(root, `${file}.ts`),
    ),
    outdir: out,
    outbase: root,
    bundle: true,
    splitting: true,
    chunkNames: 'src/chunk-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['@tensorflow/*', 'piscina', 'webgpu', 'onnxruntime-node'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'warning',
  })
  execFileSync(
    process.execPath,
    [
      ...(values['without-simd'] ? ['--no-enable-sse4-1'] : []),
      join(out, 'bench/threads-step.js'),
      names.join(','),
      values.threads,
      values.rounds,
      values.batch,
      values.kernels ? 'kernels' : '',
    ],
    { stdio: 'inherit' },
  )
} finally {
  rmSync(out, { recursive: true, force: true })
}
