import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { packageFolder } from '../../core/home.js'

const locate = createRequire(import.meta.url)

/** Where our kernels are; `npm run build` writes them. */
export const kernelsFile = (): string => join(packageFolder(), 'dist', 'kernels.wasm')

/** Folder of the wasm backend's own binaries. */
export const backendFolder = (): string =>
  join(dirname(locate.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')

/** Version of the installed tfjs package, for example `4.22.0`. */
export const tensorLibraryVersion = (name: 'core' | 'backend-wasm' | 'backend-cpu'): string =>
  (
    JSON.parse(readFileSync(locate.resolve(`@tensorflow/tfjs-${name}/package.json`), 'utf8')) as {
      version: string
    }
  ).version

let read: { bytes: Buffer<ArrayBuffer>; digest: string } | undefined

/** Our kernels' bytes and the first 12 hexadecimal digits of their SHA-256. Throws where the build has not run. */
export const readKernels = (): { readonly bytes: Buffer<ArrayBuffer>; readonly digest: string } => {
  if (read === undefined) {
    const bytes = readFileSync(kernelsFile()) as Buffer<ArrayBuffer>
    read = { bytes, digest: createHash('sha256').update(bytes).digest('hex').slice(0, 12) }
  }
  return read
}

/** `4.22.0+<digest of our kernels>`: what a step that computes on wasm has in its key. */
export const wasmVersion = (): string => `${tensorLibraryVersion('backend-wasm')}+${readKernels().digest}`
