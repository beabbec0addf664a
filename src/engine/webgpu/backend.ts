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
  /** Commands that are written down and not handed to the GPU yet; null where there are none. */
  readonly commandEncoder: object | null
  endComputePassEncoder(): void
  submitQueue(): void
  read(dataId: object): Promise<tf.backend_util.BackendValues>
  runWebGPUProgram(...args: unknown[]): tf.TensorInfo
}

export interface BackendModule {
  readonly WebGPUBackend: new (device: Device, info: unknown) => WebgpuBackend
}

/** Hands over what is still written down, and waits until the GPU is through with all of it. */
export const drain = async (backend: WebgpuBackend): Promise<void> => {
  backend.endComputePassEncoder()
  if (backend.commandEncoder !== null) backend.submitQueue()
  await backend.device.queue.onSubmittedWorkDone()
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
