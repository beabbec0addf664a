// The WebAssembly module of our kernels. It has no memory of its own: it imports the one of tfjs's wasm backend
// and works on the tensors where they lie. Addresses in, nothing out; shapes are checked on the JavaScript side.
export { gemm, gemmDepth, gemmPartials, gemmParts, gemmScratch } from './gemm'
export {
  convolve,
  convolveBlocks,
  convolveFilterGradient,
  convolveInputGradient,
  convolveScratch,
  filterParts,
} from './convolve'
export { depthwiseFilterPartials, depthwiseInputGradient, sumPartials } from './depthwise'
export { maxPool, maxPoolGradient } from './max-pool'
export { averagePoolGradient } from './pool'
export { maxPool3d } from './pool3d'
export { reduceParts, reduceSum, spread } from './reduce'
export { normalize } from './normalize'
export { channelMoments, channelProducts, normalizationGradient } from './moments'
export { bendElements, bendGradient, combine, segmentSum } from './elementwise'
export { winogradConvolve, winogradFilter, winogradFilterGradient, winogradSums } from './winograd'
export { winogradScratch } from './winograd-tiles'
export { move } from './moves'
export { packWhole, packedBytes } from './packed'
export { recurrenceScratch } from './recurrence'
export { recurrenceForward } from './recurrence-forward'
export { recurrenceGradient } from './recurrence-gradient'
export { swapAxes } from './swap'
export { directConvolve, directPartials, directScratch } from './direct'
export { depthwise3, depthwise3Partials, depthwise3Scratch } from './depthwise3'
export { maskedSums } from './masked'
export { curve } from './curves'
