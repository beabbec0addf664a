import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasSimd } from '../simd.js'
import { backendFolder, readKernels } from './file.js'

/** The section of a WebAssembly binary that declares its memories. */
const memorySection = 5

/** Reads one LEB128 number; `next` is where the following begins. */
const readNumber = (bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } => {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!
    value |= (byte & 127) << shift
    if (byte < 128) return { value: value >>> 0, next: at }
  }
}

/**
 * The backend's binary with a memory that threads can share, which is one flag of it: the kernels are those of the
 * binary for one thread, bit for bit. tfjs's own binary for several threads starts them from blob URLs, which Node has not.
 */
export const withSharedMemory = (binary: Uint8Array): Uint8Array => {
  const bytes = Uint8Array.from(binary)
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at]!
    const { value: length, next } = readNumber(bytes, at + 1)
    if (id === memorySection) {
      const { next: limits } = readNumber(bytes, next)
      // 1: it has a maximum, as a shared memory must; 3: and is shared.
      if (bytes[limits] !== 1)
        throw new Error('the wasm backend declares its memory in another way than we know')
      bytes[limits] = 3
      return bytes
    }
    at = next + length
  }
  throw new Error('the wasm backend declares no memory')
}

/** A binary as this machine can run it: where WebAssembly has no vectors, without them, to the same bits. */
const fitted = async (binary: Uint8Array): Promise<Uint8Array> => {
  if (hasSimd()) return binary
  const { lowerSimd } = await import('../scalar/lower.js')
  return lowerSimd(binary)
}

/** The backend's binary for our memory. We take the one with vectors in any case, and give it the name asked for. */
export const readBackend = async (): Promise<Uint8Array> =>
  fitted(withSharedMemory(readFileSync(join(backendFolder(), 'tfjs-backend-wasm-simd.wasm'))))

/** Our kernels as a module. */
export const compileKernels = async (): Promise<WebAssembly.Module> =>
  new WebAssembly.Module(await fitted(readKernels().bytes))
