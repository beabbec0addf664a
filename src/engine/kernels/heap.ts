import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { tf } from '../tf.js'
import type { Kernels } from './exports.js'
import { readKernels } from './file.js'

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
  readonly kernels: Kernels
  readonly backend: Backend
  /** Where a tensor's data begin, in bytes. */
  at(tensor: tf.TensorInfo): number
  /** A new tensor, its data undefined. */
  output(shape: readonly number[], dtype?: 'float32' | 'int32' | 'bool'): tf.TensorInfo
  /** Working memory of at least so many bytes, 16-byte aligned; valid until the next call. */
  scratch(bytes: number): number
  /** Puts a window's numbers where the kernels read them; valid until the next call. */
  window(info: WindowInfo): number
  /** A tensor's data as they lie; valid until anything is allocated. */
  floats(tensor: tf.TensorInfo): Float32Array
}

const windowNumbers = 20

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

/** Joins our kernels to the memory of a started wasm backend. */
export const openHeap = (backend: Backend): Heap => {
  const module = backend.wasm
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readKernels().bytes), {
    env: { memory: module.asm.memory },
  })
  const windowAddress = module._malloc(windowNumbers * 4)
  // Only now: emscripten's functions replace themselves when they are first called.
  guardAllocation(module)
  let scratchAddress = 0
  let scratchBytes = 0
  const at = (tensor: tf.TensorInfo): number => backend.dataIdMap.get(tensor.dataId).memoryOffset
  return {
    kernels: exports as Kernels,
    backend,
    at,
    output: (shape, dtype = 'float32') => backend.makeOutput([...shape], dtype),
    scratch: bytes => {
      if (bytes > scratchBytes) {
        if (scratchBytes > 0) module._free(scratchAddress)
        scratchBytes = 0
        scratchAddress = module._malloc(bytes + 16)
        scratchBytes = bytes
      }
      return Math.ceil(scratchAddress / 16) * 16
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
