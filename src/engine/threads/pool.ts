import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { codeFolder } from '../../core/home.js'
import { blockBytes, blockOver, doPiece, kernelList, piecesOf, word } from './job.js'
import type { ThreadData } from './thread.js'

/** A kernel's work in pieces. A kernel gives the same bits however its range is cut: one thread computes it whole. */
export interface Job {
  readonly kernel: string
  /** What the kernel takes before `first, end, scratch`. */
  readonly given: readonly number[]
  readonly count: number
  /** Items of a piece. It follows from the shapes, never from the threads. */
  readonly grain: number
  /** Bytes of working memory that each thread needs. */
  readonly scratch: number
}

/** The threads of one engine. Which of them computes a piece is chance. */
export interface Pool {
  /** Has so many threads work, the engine's own among them: asked before each job. */
  use(threads: () => number): void
  /** Computes a job; returns when it is done. Throws where a kernel failed. */
  run(job: Job): void
  /** Pieces that other threads than the engine's own have computed so far. */
  helped(): number
}

export interface PoolOptions {
  /** Our kernels, and their instance in this thread. */
  readonly module: WebAssembly.Module
  readonly exports: object
  /** What they all compute in. */
  readonly memory: WebAssembly.Memory
  /** Working memory of so many bytes, valid until the next call. */
  readonly scratch: (bytes: number) => number
}

/** The engine's thread looks this often for the last piece to be done before it lies down. */
const looks = 20_000

/** Threads are started with this many'th job that they could share: a short step ends before they are there. */
const patience = 24

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

/** A pool without threads: they come with the work, sleep when there is none, and end with the thread that opened it. */
export const openPool = ({ module, exports, memory, scratch }: PoolOptions): Pool => {
  const buffer = new SharedArrayBuffer(blockBytes)
  const block = blockOver(buffer)
  const { words, given } = block
  const kernels = kernelList(exports)
  const indices = new Map(kernels.map(([name], index) => [name, index]))
  let wanted = (): number => 1
  let seats = 1
  let shared = 0
  words[word.seats] = 1

  const seatThreads = (working: number): void => {
    for (; seats < working; seats++) startThread({ module, memory, block: buffer, seat: seats })
    if (words[word.seats] === working) return
    Atomics.store(words, word.seats, working)
    Atomics.notify(words, word.seats)
  }

  const awaitLast = (pieces: number): void => {
    for (let look = 0; ; look++) {
      const done = Atomics.load(words, word.done)
      if (done === pieces) return
      if (look >= looks) Atomics.wait(words, word.done, done)
    }
  }

  const runHere = (job: Job): void =>
    kernels[indices.get(job.kernel)!]![1](...job.given, 0, job.count, scratch(job.scratch))

  const share = (job: Job, pieces: number): void => {
    // A cache line apart, so that no two threads write to one.
    const step = Math.ceil(job.scratch / 64) * 64
    words[word.kernel] = indices.get(job.kernel)!
    words[word.count] = job.count
    words[word.grain] = job.grain
    words[word.scratch] = scratch(step * seats)
    words[word.scratchStep] = step
    words[word.given] = job.given.length
    given.set(job.given)
    Atomics.store(words, word.done, 0)
    Atomics.store(words, word.left, pieces)
    Atomics.notify(words, word.left)
    while (doPiece(block, kernels, 0));
    awaitLast(pieces)
    if (Atomics.exchange(words, word.fault, 0) !== 0) throw new Error(`the kernel ${job.kernel} failed`)
  }

  return {
    use: threads => {
      wanted = threads
    },
    run: job => {
      const pieces = piecesOf(job.count, job.grain)
      const working = pieces > 1 ? Math.floor(wanted()) : 1
      if (working <= 1 || shared++ < patience) return runHere(job)
      seatThreads(working)
      share(job, pieces)
    },
    helped: () => Atomics.load(words, word.helped),
  }
}
