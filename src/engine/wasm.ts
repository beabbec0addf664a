import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { enginePromises } from '../core/promise.js'
import type { Engine } from './engine.js'
import { backendFolder, wasmVersion } from './kernels/file.js'
import type { Backend } from './kernels/heap.js'
import { openHeap } from './kernels/heap.js'
import { registerKernels } from './kernels/register.js'
import { tf } from './tf.js'

const faultEvents = ['uncaughtException', 'unhandledRejection'] as const

/** Runs `start` and takes away the process-wide listeners that it added: emscripten's would end the process. */
const withoutListeners = async <T>(start: () => Promise<T>): Promise<T> => {
  const before = faultEvents.map(event => new Set<unknown>(process.listeners(event as 'uncaughtException')))
  try {
    return await start()
  } finally {
    faultEvents.forEach((event, i) => {
      for (const listener of process.listeners(event as 'uncaughtException'))
        if (!before[i]!.has(listener)) process.removeListener(event, listener)
    })
  }
}

let starting: Promise<void> | undefined

const start = async (): Promise<void> => {
  setWasmPaths(`${backendFolder()}/`)
  setThreadsCount(1)
  if (!(await withoutListeners(() => tf.setBackend('wasm'))))
    throw new Error('the wasm backend did not start')
  registerKernels(openHeap(tf.backend() as tf.KernelBackend & Backend))
}

/** The embedded default: tfjs's WebAssembly backend with our own SIMD kernels where its own are missing, wrong or slow. */
export const openWasm = async (): Promise<Engine> => {
  await (starting ??= start())
  await tf.setBackend('wasm')
  const { wasm } = tf.backend() as tf.KernelBackend & Backend
  return {
    name: 'wasm',
    version: wasmVersion(),
    promise: enginePromises.wasm,
    memory: () => wasm.HEAPU8.buffer.byteLength,
  }
}
