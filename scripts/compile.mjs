// Compiles TypeScript of some rooms file by file, so that a script can import any module of them.
import { build } from 'esbuild'
import { filesBelow } from './stamp.mjs'

/** Compiles these files into `out` at the same path. */
export const compileFiles = (files, out, logLevel = 'error') =>
  build({
    entryPoints: files,
    outdir: out,
    outbase: '.',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel,
  })

/** Compiles every module below these folders, tests left out, into `out` at the same path. */
export const compile = (rooms, out) =>
  compileFiles(
    rooms
      .flatMap(room => filesBelow(room))
      .filter(file => /(?<!\.test)\.ts$/.test(file) && !file.includes('/assembly/')),
    out,
  )
