import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { countMemory } from '../core/held-memory.js'
import { enginePromises } from '../core/promise.js'
import type { Engine } from './engine.js'
import { backendFolder, wasmVersion } from './kernels/file.js'
import { compileKernels, readBackend } from './kernels/backend-binary.js'
import type { Backend, Heap } from './kernels/heap.js'
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

let starting: Promise<Heap> | undefined
let opened: Heap | undefined

/** Has the backend take its binary from us, while `start` runs. */
const withBinary = async <T>(start: () => Promise<T>): Promise<T> => {
  setWasmPaths(`${backendFolder()}/`, true)
  const env = tf.env()
  const { platform } = env
  env.platform = Object.create(platform) as typeof platform
  env.platform.fetch = async () => new Response(await readBackend())
  try {
    return await start()
  } finally {
    env.platform = platform
  }
}

const start = async (): Promise<Heap> => {
  setThreadsCount(1)
  if (!(await withBinary(() => withoutListeners(() => tf.setBackend('wasm')))))
    throw new Error('the wasm backend did not start')
  const heap = openHeap(tf.backend() as tf.KernelBackend & Backend, await compileKernels())
  registerKernels(heap)
  opened = heap
  countMemory(() => heap.backend.wasm.HEAPU8.buffer.byteLength)
  return heap
}

/**
 * The embedded default: tfjs's WebAssembly backend with our own SIMD kernels where its own are missing, wrong or slow.
 * From here on our kernels work on as many threads as `threads` says.
 */
export const openWasm = async (threads: () => number): Promise<Engine> => {
  const { pool } = await (starting ??= start())
  pool.use(threads)
  await tf.setBackend('wasm')
  const { wasm } = tf.backend() as tf.KernelBackend & Backend
  return {
    name: 'wasm',
    version: wasmVersion(),
    promise: enginePromises.wasm,
    memory: () => wasm.HEAPU8.buffer.byteLength,
  }
}

/** Pieces of kernels' work that threads other than this one have computed for its engine so far. */
export const helpedPieces = (): number => opened?.pool.helped() ?? 0
