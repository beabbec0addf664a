// The WebAssembly module of our kernels. It has no memory of its own: it imports the one of tfjs's wasm backend
// and works on the tensors where they lie. Addresses in, nothing out; shapes are checked on the JavaScript side.
export { gemm, gemmBlocks, gemmScratch } from './gemm'
export {
  convolve,
  convolveFilterGradient,
  convolveInputGradient,
  convolveScratch,
  filterParts,
} from './convolve'
export { depthwiseFilterPartials, depthwiseInputGradient, sumPartials } from './depthwise'
export { averagePoolGradient, maxPoolGradient } from './pool'
export { maxPool3d } from './pool3d'
export { reduceParts, reduceSum } from './reduce'
export { normalizationSums, normalize } from './normalize'
export { reluGradient, segmentSum } from './elementwise'
export { winogradBlocks, winogradConvolve, winogradFilter, winogradFilterGradient, winogradSums } from './winograd'
export { winogradScratch } from './winograd-tiles'
export { move } from './moves'
