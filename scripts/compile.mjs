// Compiles TypeScript of some rooms file by file, so that a script can import any module of them.
import { build } from 'esbuild'
import { filesBelow } from './stamp.mjs'

/** Compiles every module below these folders, tests left out, into `out` at the same path. */
export const compile = (rooms, out) =>
  build({
    entryPoints: rooms
      .flatMap(room => filesBelow(room))
      .filter(file => /(?<!\.test)\.ts$/.test(file) && !file.includes('/assembly/')),
    outdir: out,
    outbase: '.',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'error',
  })
