import { convolutionKernels } from './convolution.js'
import type { Heap } from './heap.js'
import { replaceKernels } from './replace.js'

/** Every kernel of ours in the place of the wasm backend's. */
export const registerKernels = (heap: Heap): void => {
  replaceKernels(heap, { ...convolutionKernels })
}
