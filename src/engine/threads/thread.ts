// The code of an engine's further threads: takes pieces of its kernels' work until the engine's own thread ends, which
// ends this one. It has nothing of tfjs, and allocates nothing in the shared memory.
import { workerData } from 'node:worker_threads'
import { blockOver, doPiece, kernelList, word } from './job.js'

/** What each thread of an engine is started with. */
export interface ThreadData {
  /** Our kernels, compiled. */
  readonly module: WebAssembly.Module
  /** The backend's memory, shared. */
  readonly memory: WebAssembly.Memory
  readonly block: SharedArrayBuffer
  /** 1, 2 and so on: the engine's own thread is 0. */
  readonly seat: number
}

/** Looks this often for the next job before it lies down, some 200 µs: between kernels of one step lies the JavaScript of one operation or a few, and to wake up takes as long as a small job. */
const looks = 20_000

const { module, memory, block: buffer, seat } = workerData as ThreadData
const { exports } = new WebAssembly.Instance(module, { env: { memory } })
const kernels = kernelList(exports)
const block = blockOver(buffer)
const { words } = block

for (;;) {
  const seats = Atomics.load(words, word.seats)
  if (seat >= seats) {
    Atomics.wait(words, word.seats, seats)
    continue
  }
  while (doPiece(block, kernels, seat));
  let look = 0
  while (look < looks && Atomics.load(words, word.left) <= 0) look++
  if (look === looks) Atomics.wait(words, word.left, 0)
}
