const others = new Set<() => number>()

/** Counts memory of this thread that Node does not: WebAssembly memory that several threads share. */
export const countMemory = (bytes: () => number): void => void others.add(bytes)

/** Bytes that this thread holds: its heap, what lies outside of it, and what was asked to be counted. */
export const heldMemory = (): number => {
  const { heapUsed, external } = process.memoryUsage()
  return [...others].reduce((sum, bytes) => sum + bytes(), heapUsed + external)
}
