import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { tf } from '../tf.js'
import type { Pool } from '../threads/pool.js'
import { openPool } from '../threads/pool.js'
import type { Given, Kernels, SplitKernels } from './exports.js'

/** The emscripten module of tfjs's backend, as far as we use it. */
interface Module {
  readonly HEAPU8: Uint8Array
  readonly asm: { readonly memory: WebAssembly.Memory }
  _malloc(bytes: number): number
  _free(address: number): void
}
export type Backend = Pick<
  BackendWasm,
  'dataIdMap' | 'makeOutput' | 'disposeData' | 'incRef' | 'typedArrayFromHeap'
> & { readonly wasm: Module }

type Volume = ReturnType<typeof tf.backend_util.computeConv3DInfo>

/** A convolution's or a pool's numbers, as tfjs computes them. */
export type WindowInfo = Pick<
  tf.backend_util.Conv2DInfo,
  | 'batchSize'
  | 'inHeight'
  | 'inWidth'
  | 'inChannels'
  | 'outHeight'
  | 'outWidth'
  | 'outChannels'
  | 'filterHeight'
  | 'filterWidth'
  | 'strideHeight'
  | 'strideWidth'
  | 'padInfo'
  | 'dilationHeight'
  | 'dilationWidth'
> &
  Partial<Pick<Volume, 'inDepth' | 'outDepth' | 'filterDepth' | 'strideDepth'>> & {
    readonly padInfo: { readonly front?: number }
  }

/** Our kernels at work in the backend's own memory: tensors are read and written where they lie. */
export interface Heap {
  /** Those that are called whole. */
  readonly kernels: Omit<Kernels, keyof SplitKernels>
  readonly backend: Backend
  readonly pool: Pick<Pool, 'use' | 'helped'>
  /** Where a tensor's data begin, in bytes. */
  at(tensor: tf.TensorInfo): number
  /** A new tensor, its data undefined. */
  output(shape: readonly number[], dtype?: 'float32' | 'int32' | 'bool'): tf.TensorInfo
  /** Working memory of at least so many bytes, 16-byte aligned; valid until the next call. */
  scratch(bytes: number): number
  /** The same beside it, for a product's partial sums: kernels that multiply keep what they have in `scratch`. */
  partials(bytes: number): number
  /**
   * Computes all `count` items of a kernel's work, on as many threads as the engine has. `work` is about what one item
   * takes, in multiplications: so little that it is not worth another thread's while is done here. Each thread gets
   * working memory of at least `scratch` bytes.
   */
  split<Name extends keyof SplitKernels>(
    kernel: Name,
    given: Given<Name>,
    count: number,
    work: number,
    scratch?: number,
  ): void
  /** Puts a window's numbers where the kernels read them; valid until the next call. */
  window(info: WindowInfo): number
  /** A tensor's data as they lie; valid until anything is allocated. */
  floats(tensor: tf.TensorInfo): Float32Array
}

const windowNumbers = 20

/** Multiplications that are worth waking another thread for, some 20 µs of work. */
const worthwhile = 2 ** 18

/** A job has at most so many pieces: each packs what all of them need for itself. */
const mostPieces = 16

/** Working memory that grows as it is needed; 64-byte aligned, so that no two threads write to one cache line. */
const growing = (module: Module): ((bytes: number) => number) => {
  let address = 0
  let size = 0
  return bytes => {
    if (bytes > size) {
      if (size > 0) module._free(address)
      size = 0
      address = module._malloc(bytes + 64)
      size = bytes
    }
    return Math.ceil(address / 64) * 64
  }
}

/**
 * A failed allocation gives address 0, which the backend would go on to overwrite: throw instead, in V8's words, so
 * that whoever runs a step sees a worker out of memory.
 */
const guardAllocation = (module: Module): void => {
  const allocate = module._malloc.bind(module)
  module._malloc = bytes => {
    const address = allocate(bytes) >>> 0
    if (address === 0 && bytes > 0)
      throw new RangeError(
        `the wasm engine is out of memory: it holds ${Math.round(module.HEAPU8.length / 2 ** 20)} MiB and needs ${Math.ceil(bytes / 2 ** 20)} more`,
      )
    return address
  }
}

/** Joins our kernels, compiled, to the memory of a started wasm backend. */
export const openHeap = (backend: Backend, compiled: WebAssembly.Module): Heap => {
  const module = backend.wasm
  const { memory } = module.asm
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  const windowAddress = module._malloc(windowNumbers * 4)
  // Only now: emscripten's functions replace themselves when they are first called.
  guardAllocation(module)
  const scratch = growing(module)
  const partials = growing(module)
  const pool = openPool({ module: compiled, memory, exports, scratch: growing(module) })
  const at = (tensor: tf.TensorInfo): number => backend.dataIdMap.get(tensor.dataId).memoryOffset
  return {
    kernels: exports as Kernels,
    backend,
    pool,
    at,
    output: (shape, dtype = 'float32') => backend.makeOutput([...shape], dtype),
    scratch,
    partials,
    split: (kernel, given, count, work, bytes = 0) => {
      if (count === 0) return
      const grain = Math.max(1, Math.ceil(worthwhile / work), Math.ceil(count / mostPieces))
      pool.run({ kernel, given, count, grain, scratch: bytes })
    },
    window: info => {
      new Int32Array(module.HEAPU8.buffer, windowAddress, windowNumbers).set([
        info.batchSize,
        info.inHeight,
        info.inWidth,
        info.inChannels,
        info.outHeight,
        info.outWidth,
        info.outChannels,
        info.filterHeight,
        info.filterWidth,
        info.strideHeight,
        info.strideWidth,
        info.padInfo.top,
        info.padInfo.left,
        info.dilationHeight,
        info.dilationWidth,
        info.inDepth ?? 1,
        info.outDepth ?? 1,
        info.filterDepth ?? 1,
        info.strideDepth ?? 1,
        info.padInfo.front ?? 0,
      ])
      return windowAddress
    },
    floats: tensor =>
      new Float32Array(
        module.HEAPU8.buffer,
        at(tensor),
        tensor.shape.reduce((product, side) => product * side, 1),
      ),
  }
}
