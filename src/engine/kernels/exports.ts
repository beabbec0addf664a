/** What every kernel that works in pieces takes last: the range of items, and working memory of its thread's own. */
type Range = [first: number, end: number, scratch: number]

type Bytes = number

/**
 * Kernels that compute any part of their work: the same bits, however the whole is cut. Addresses are bytes, strides
 * floats, a bool is 0 or 1; nothing is checked there.
 */
export interface SplitKernels {
  /** In parts of C (`gemmParts`). */
  gemm(
    ...given: [
      a: Bytes,
      aRow: number,
      aDepth: number,
      b: Bytes,
      bColumn: number,
      bDepth: number,
      c: Bytes,
      cRow: number,
      m: number,
      n: number,
      k: number,
      bias: Bytes,
      bend: number,
      ...range: Range,
    ]
  ): void
  /** In stretches of k (`gemmDepth`). */
  gemmPartials(
    ...given: [
      a: Bytes,
      aRow: number,
      aDepth: number,
      b: Bytes,
      bColumn: number,
      bDepth: number,
      partials: Bytes,
      m: number,
      n: number,
      k: number,
      ...range: Range,
    ]
  ): void
  /** In blocks of y (`convolveBlocks`). */
  convolve(
    ...given: [window: Bytes, x: Bytes, filter: Bytes, y: Bytes, bias: Bytes, bend: number, ...range: Range]
  ): void
  /** In parts of the filter (`filterParts`). */
  convolveFilterGradient(
    ...given: [window: Bytes, x: Bytes, dy: Bytes, dFilter: Bytes, add: number, ...range: Range]
  ): void
  /** In images. */
  convolveInputGradient(
    ...given: [window: Bytes, dy: Bytes, filter: Bytes, dx: Bytes, add: number, ...range: Range]
  ): void
  /** In images. */
  directConvolve(
    ...given: [window: Bytes, x: Bytes, filter: Bytes, y: Bytes, bias: Bytes, bend: number, ...range: Range]
  ): void
  /** In chunks of `each` images. */
  directPartials(
    ...given: [window: Bytes, x: Bytes, dy: Bytes, partials: Bytes, each: number, ...range: Range]
  ): void
  /** In input channels. */
  winogradFilter(
    ...given: [
      filter: Bytes,
      channels: number,
      outChannels: number,
      turned: number,
      points: Bytes,
      ...range: Range,
    ]
  ): void
  /** In blocks of 32 tiles. */
  winogradConvolve(
    ...given: [window: Bytes, x: Bytes, points: Bytes, y: Bytes, bias: Bytes, bend: number, ...range: Range]
  ): void
  /** In chunks of `each` tiles. */
  winogradSums(
    ...given: [window: Bytes, x: Bytes, dy: Bytes, sums: Bytes, each: number, ...range: Range]
  ): void
  /** In quads of the filter's pairs of channels. */
  winogradFilterGradient(
    ...given: [sums: Bytes, chunks: number, size: number, dFilter: Bytes, ...range: Range]
  ): void
  /** In images. */
  depthwiseInputGradient(
    ...given: [window: Bytes, dy: Bytes, filter: Bytes, dx: Bytes, ...range: Range]
  ): void
  /** In images. */
  depthwiseFilterPartials(
    ...given: [window: Bytes, x: Bytes, dy: Bytes, partials: Bytes, ...range: Range]
  ): void
  /** In images. */
  depthwise3(
    ...given: [window: Bytes, x: Bytes, filter: Bytes, y: Bytes, turned: number, ...range: Range]
  ): void
  /** In images. */
  depthwise3Partials(...given: [window: Bytes, x: Bytes, dy: Bytes, partials: Bytes, ...range: Range]): void
  /** In images. */
  maxPool(...given: [window: Bytes, x: Bytes, y: Bytes, ...range: Range]): void
  maxPoolGradient(...given: [window: Bytes, x: Bytes, dy: Bytes, dx: Bytes, ...range: Range]): void
  /** In images. */
  averagePoolGradient(...given: [window: Bytes, dy: Bytes, dx: Bytes, ...range: Range]): void
  /** In parts of y (`reduceParts`). */
  reduceSum(
    ...given: [x: Bytes, outer: number, n: number, inner: number, y: Bytes, divisor: number, ...range: Range]
  ): void
  /** In outer ones. */
  spread(...given: [x: Bytes, n: number, inner: number, y: Bytes, divisor: number, ...range: Range]): void
  /** In rows. */
  normalize(
    ...given: [
      x: Bytes,
      mean: Bytes,
      factor: Bytes,
      offset: Bytes,
      channels: number,
      y: Bytes,
      bend: number,
      ...range: Range,
    ]
  ): void
  /** In chunks of `each` rows. */
  channelMoments(
    ...given: [x: Bytes, rows: number, channels: number, each: number, states: Bytes, ...range: Range]
  ): void
  /** In chunks of `each` rows. */
  channelProducts(
    ...given: [
      x: Bytes,
      dy: Bytes,
      mean: Bytes,
      rows: number,
      channels: number,
      each: number,
      states: Bytes,
      bend: number,
      factor: Bytes,
      offset: Bytes,
      ...range: Range,
    ]
  ): void
  /** In chunks of `each` rows. */
  maskedSums(
    ...given: [
      dy: Bytes,
      y: Bytes,
      bend: number,
      dz: Bytes,
      rows: number,
      channels: number,
      each: number,
      states: Bytes,
      ...range: Range,
    ]
  ): void
  /** In rows. */
  normalizationGradient(
    ...given: [
      x: Bytes,
      dy: Bytes,
      mean: Bytes,
      factor: Bytes,
      slope: Bytes,
      shift: Bytes,
      bend: number,
      offset: Bytes,
      channels: number,
      dx: Bytes,
      ...range: Range,
    ]
  ): void
  /** In chunks of examples (`height` of the block). */
  recurrenceForward(...given: [recurrence: Bytes, ...range: Range]): void
  /** In chunks of examples (`height` of the block). */
  recurrenceGradient(...given: [recurrence: Bytes, ...range: Range]): void
  /** In the axis that comes first in `dst`. */
  swapAxes(
    ...given: [src: Bytes, dst: Bytes, a: number, b: number, n: number, reverse: number, ...range: Range]
  ): void
  /** In elements. `which`: 0 e^x, 1 tanh. */
  curve(...given: [which: number, x: Bytes, y: Bytes, ...range: Range]): void
  /** In elements. */
  move(...given: [rule: number, numbers: Bytes, ...range: Range]): void
  /** In elements. */
  bendElements(...given: [x: Bytes, bend: number, y: Bytes, ...range: Range]): void
  /** In elements. */
  bendGradient(...given: [dy: Bytes, x: Bytes, bend: number, dx: Bytes, ...range: Range]): void
  /** In elements. `which`: 0 a + b, 1 a − b, 2 a·b. */
  combine(...given: [which: number, a: Bytes, b: Bytes, y: Bytes, ...range: Range]): void
}

/** What a kernel takes before its range. */
export type Given<Name extends keyof SplitKernels> =
  Parameters<SplitKernels[Name]> extends [...infer Before extends number[], number, number, number]
    ? Before
    : never

/** What kernels.wasm exports (assembly/index.ts). */
export interface Kernels extends SplitKernels {
  gemmScratch(): number
  depthwise3Scratch(window: Bytes): number
  directScratch(window: Bytes): number
  winogradScratch(channels: number, outChannels: number): number
  gemmDepth(k: number): number
  gemmParts(m: number, n: number): number
  convolveBlocks(pixels: number, n: number): number
  convolveScratch(patch: number): number
  filterParts(patch: number, n: number): number
  sumPartials(partials: Bytes, count: number, n: number, y: Bytes): void
  maxPool3d(window: Bytes, x: Bytes, y: Bytes, dx: Bytes, gradient: boolean): void
  packedBytes(n: number, k: number): number
  packWhole(b: Bytes, bColumn: number, bDepth: number, n: number, k: number, to: Bytes): void
  recurrenceScratch(recurrence: Bytes): number
  reduceParts(outer: number, inner: number): number
  segmentSum(x: Bytes, ids: Bytes, rows: number, inner: number, y: Bytes, segments: number): void
}
