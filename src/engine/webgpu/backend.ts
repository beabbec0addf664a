import type { tf } from '../tf.js'
import type { Device } from './dawn.js'

/** A buffer of the GPU. */
export interface GpuBuffer {
  readonly size: number
  destroy(): void
}

/** What tfjs's backend keeps of buffers that no tensor holds any more: by size and use, ready for the next tensor. */
export interface BufferManager {
  readonly freeBuffers: Map<string, GpuBuffer[]>
  numFreeBuffers: number
  numBytesUsed: number
  numBytesAllocated: number
}

/** The insides of tfjs's backend that we touch. */
export interface WebgpuBackend extends tf.KernelBackend {
  readonly device: Device
  readonly bufferManager: BufferManager
  read(dataId: object): Promise<tf.backend_util.BackendValues>
  runWebGPUProgram(...args: unknown[]): tf.TensorInfo
}

export interface BackendModule {
  readonly WebGPUBackend: new (device: Device, info: unknown) => WebgpuBackend
}

/**
 * Gives back to the GPU what the backend keeps for tensors of sizes that no longer come. Only between steps: while a
 * step runs, the same sizes come again.
 */
export const trimBuffers = ({ bufferManager }: WebgpuBackend): void => {
  for (const free of bufferManager.freeBuffers.values()) {
    for (const buffer of free) {
      bufferManager.numBytesAllocated -= buffer.size
      bufferManager.numFreeBuffers--
      buffer.destroy()
    }
    free.length = 0
  }
}
