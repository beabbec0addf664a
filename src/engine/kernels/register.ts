import { activatedKernels } from './activated.js'
import { convolutionKernels } from './convolution.js'
import { volumeKernels } from './convolution3d.js'
import { curveKernels } from './curves.js'
import { depthwiseKernels } from './depthwise.js'
import { elementKernels } from './elements.js'
import { registerGradients } from './gradients.js'
import type { Heap } from './heap.js'
import { matrixKernels } from './matmul.js'
import { moveKernels } from './moves.js'
import { movementKernels } from './movement.js'
import { normalizationKernels } from './normalization.js'
import { recurrenceKernels } from './recurrence.js'
import { poolingKernels } from './pooling.js'
import { reductionKernels } from './reduction.js'
import { replaceKernels } from './replace.js'

/** Every kernel of ours in the place of the wasm backend's, and the gradients that use them. */
export const registerKernels = (heap: Heap): void => {
  replaceKernels(heap, {
    ...convolutionKernels,
    ...volumeKernels,
    ...depthwiseKernels,
    ...poolingKernels,
    ...matrixKernels,
    ...reductionKernels,
    ...normalizationKernels,
    ...movementKernels,
    ...moveKernels,
    ...curveKernels,
    ...elementKernels,
    ...activatedKernels,
    ...recurrenceKernels,
  })
  registerGradients(heap)
}
