// What the threads of one engine share besides the tensors: a block of words in which the engine's thread lays out a
// job, and from which every thread takes pieces of it.

/** Words of the block (int32). Those that several threads write have a cache line of their own. */
export const word = {
  /** Pieces that nobody has taken yet. Threads without work wait for this to change. */
  left: 0,
  /** Pieces that are done. The engine's thread waits for this to change. */
  done: 16,
  /** Threads that work, the engine's own among them; those with a seat beyond it wait for this to change. */
  seats: 32,
  /** Not 0: a piece failed. */
  fault: 33,
  /** Which kernel. */
  kernel: 34,
  /** Items of the whole job, and of each piece but the last. */
  count: 35,
  grain: 36,
  /** Address of the first thread's working memory, and bytes from one thread's to the next one's. */
  scratch: 37,
  scratchStep: 38,
  /** Arguments before the range. */
  given: 39,
  /** Pieces that other threads than the engine's own have computed so far. */
  helped: 40,
} as const

const givenAt = 192
const mostGiven = 20

export const blockBytes = givenAt + mostGiven * 8

export interface Block {
  readonly words: Int32Array
  readonly given: Float64Array
}

export const blockOver = (buffer: SharedArrayBuffer): Block => ({
  words: new Int32Array(buffer, 0, givenAt / 4),
  given: new Float64Array(buffer, givenAt, mostGiven),
})

type Kernel = (...given: number[]) => void
/** Kernels in an order that is the same in every thread. */
export type KernelList = readonly (readonly [string, Kernel])[]

export const kernelList = (exports: object): KernelList =>
  (Object.entries(exports) as [string, Kernel][]).sort(([a], [b]) => (a < b ? -1 : 1))

/** Pieces of a job. */
export const piecesOf = (count: number, grain: number): number => Math.ceil(count / grain)

/**
 * Takes a piece and computes it; false where none is left. A job's words are read only once one of its pieces is
 * taken: until that is done, the engine's thread changes none of them.
 */
export const doPiece = ({ words, given }: Block, kernels: KernelList, seat: number): boolean => {
  let left = Atomics.load(words, word.left)
  for (;;) {
    if (left <= 0) return false
    const found = Atomics.compareExchange(words, word.left, left, left - 1)
    if (found === left) break
    left = found
  }
  const count = words[word.count]!
  const grain = words[word.grain]!
  const first = (left - 1) * grain
  const all: number[] = []
  for (let i = 0; i < words[word.given]!; i++) all.push(given[i]!)
  all.push(first, Math.min(count, first + grain), words[word.scratch]! + seat * words[word.scratchStep]!)
  try {
    kernels[words[word.kernel]!]![1](...all)
  } catch {
    Atomics.store(words, word.fault, 1)
  }
  if (seat > 0) Atomics.add(words, word.helped, 1)
  if (Atomics.add(words, word.done, 1) + 1 === piecesOf(count, grain)) Atomics.notify(words, word.done)
  return true
}
