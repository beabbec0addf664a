// Builds `dist/`: the wasm kernels (AssemblyScript) and the code (esbuild). Does nothing when nothing changed.
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesBelow, stampOf } from './stamp.mjs'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))

const assembly = 'src/engine/kernels/assembly'
const entries = () => [
  'src/api/index.ts',
  'src/cli/main.ts',
  'src/run/worker/main.ts',
  'src/run/worker/child.ts',
  'src/store/verify/digest-thread.ts',
  'src/engine/threads/thread.ts',
  'src/engine/webgpu/ask.ts',
  'src/engine/native/trial.ts',
  'src/api/doctor/trial.ts',
  ...readdirSync('src/steps', { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(`src/steps/${entry.name}/run.ts`))
    .map(entry => `src/steps/${entry.name}/run.ts`),
]

const fresh = (name, files, make) => {
  const stampFile = `dist/.${name}`
  const stamp = stampOf(files)
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return undefined
  // A build that fails leaves nothing that could pass for whole, once its sources are as they were before.
  rmSync(stampFile, { force: true })
  return Promise.resolve(make()).then(() => writeFileSync(stampFile, stamp))
}

/** dist/kernels.wasm, from every `*.ts` of the assembly folder; `index.ts` exports the kernels. */
export const buildKernels = () => {
  if (!existsSync(`${assembly}/index.ts`)) return undefined
  mkdirSync('dist', { recursive: true })
  return fresh('kernels', [...filesBelow(assembly), 'scripts/build.mjs'], () => {
    execFileSync(
      process.execPath,
      [
        'node_modules/assemblyscript/bin/asc.js',
        `${assembly}/index.ts`,
        '--config',
        `${assembly}/asconfig.json`,
        '--outFile',
        'dist/kernels.wasm',
      ],
      { stdio: 'inherit' },
    )
  })
}

export const buildCode = () => {
  mkdirSync('dist', { recursive: true })
  return fresh('code', [...filesBelow('src'), 'package.json', 'scripts/build.mjs'], async () => {
    for (const name of readdirSync('dist'))
      if (/^chunk-.*\.js(\.map)?$/.test(name)) rmSync(join('dist', name))
    const { metafile } = await build({
      metafile: true,
      entryPoints: entries().filter(existsSync),
      outdir: 'dist',
      outbase: 'src',
      bundle: true,
      splitting: true,
      chunkNames: 'chunk-[hash]',
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      sourcemap: 'linked',
      sourcesContent: false,
      // A tensor library is found at run time, so that `validate` never reads it; piscina finds its own worker file.
      external: ['@tensorflow/*', 'piscina', 'webgpu', 'onnxruntime-node'],
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
      logLevel: 'silent',
    })
    // Chunks of an earlier build go once no command can still be starting from them.
    for (const name of readdirSync('dist').filter(name => /^chunk-.*\.js(\.map)?$/.test(name))) {
      const old = Date.now() - statSync(join('dist', name)).mtimeMs > 3_600_000
      if (old && !metafile.outputs[`dist/${name}`]) rmSync(join('dist', name))
    }
  })
}

export const buildAll = async () => {
  await buildKernels()
  await buildCode()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll()
