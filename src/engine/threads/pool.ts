import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { codeFolder } from '../../core/home.js'
import type { KernelList } from './job.js'
import { blockBytes, blockOver, doPiece, kernelList, piecesOf, word } from './job.js'
import type { ThreadData } from './thread.js'

/** A kernel's work in pieces. A kernel gives the same bits however its range is cut: one thread computes it whole. */
export interface Job {
  readonly kernel: string
  /** What the kernel takes before `first, end, scratch`. */
  readonly given: readonly number[]
  readonly count: number
  readonly grain: number
  /** Address of working memory for each seat, and bytes from one seat's to the next one's. */
  readonly scratch: number
  readonly scratchStep: number
}

/**
 * The threads of one engine. Which thread computes a piece is chance, and where the pieces end is not: it follows from
 * the shapes. Results have the same bits for any number of threads.
 */
export interface Pool {
  /** Threads that may be at work at once, this one among them: working memory is needed for so many. */
  readonly seats: number
  /** How many work from now on. Threads are started when they are first needed, and sleep when they are not. */
  use(count: number): void
  /** Computes a job on all of them; returns when it is done. Throws where a kernel failed. */
  run(job: Job): void
}

/** The engine's thread looks this often for the last piece to be done before it lies down. */
const looks = 20_000

const startThread = (data: ThreadData): void => {
  const thread = new Worker(join(codeFolder(), 'engine/threads/thread.js'), {
    workerData: data,
    name: 'kernels',
    execArgv: [],
    stdin: false,
    // It holds no tensors of its own: those lie in the shared memory.
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  })
  // Where the system grants no thread, the others do its work.
  thread.on('error', () => undefined)
  thread.unref()
}

export const openPool = (module: WebAssembly.Module, memory: WebAssembly.Memory, exports: object): Pool => {
  const buffer = new SharedArrayBuffer(blockBytes)
  const block = blockOver(buffer)
  const { words, given } = block
  const kernels: KernelList = kernelList(exports)
  const indices = new Map(kernels.map(([name], index) => [name, index]))
  let seats = 1
  let working = 1
  words[word.seats] = 1

  const layOut = (job: Job, pieces: number): void => {
    words[word.kernel] = indices.get(job.kernel)!
    words[word.count] = job.count
    words[word.grain] = job.grain
    words[word.scratch] = job.scratch
    words[word.scratchStep] = job.scratchStep
    words[word.given] = job.given.length
    given.set(job.given)
    Atomics.store(words, word.done, 0)
    Atomics.store(words, word.left, pieces)
  }

  const awaitLast = (pieces: number): void => {
    for (let look = 0; ; look++) {
      const done = Atomics.load(words, word.done)
      if (done === pieces) return
      if (look >= looks) Atomics.wait(words, word.done, done)
    }
  }

  return {
    get seats() {
      return seats
    },
    use: count => {
      working = Math.max(1, Math.floor(count))
      for (; seats < working; seats++) startThread({ module, memory, block: buffer, seat: seats })
      Atomics.store(words, word.seats, working)
      Atomics.notify(words, word.seats)
    },
    run: job => {
      const pieces = piecesOf(job.count, job.grain)
      if (working === 1 || pieces <= 1) {
        kernels[indices.get(job.kernel)!]![1](...job.given, 0, job.count, job.scratch)
        return
      }
      layOut(job, pieces)
      Atomics.notify(words, word.left)
      while (doPiece(block, kernels, 0));
      awaitLast(pieces)
      if (Atomics.exchange(words, word.fault, 0) !== 0) throw new Error(`the kernel ${job.kernel} failed`)
    },
  }
}
