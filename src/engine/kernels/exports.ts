/** What kernels.wasm exports (assembly/index.ts). Addresses are bytes, strides floats; nothing is checked there. */
export interface Kernels {
  gemmScratch(): number
  gemm(
    a: number,
    aRow: number,
    aDepth: number,
    b: number,
    bColumn: number,
    bDepth: number,
    c: number,
    cRow: number,
    m: number,
    n: number,
    k: number,
    bias: number,
    relu: boolean,
    scratch: number,
  ): void
  convolveScratch(patch: number): number
  convolve(
    window: number,
    x: number,
    filter: number,
    y: number,
    bias: number,
    relu: boolean,
    scratch: number,
  ): void
  convolveFilterGradient(
    window: number,
    x: number,
    dy: number,
    dFilter: number,
    add: boolean,
    scratch: number,
  ): void
  convolveInputGradient(
    window: number,
    dy: number,
    filter: number,
    dx: number,
    add: boolean,
    scratch: number,
  ): void
  winogradScratch(channels: number, outChannels: number): number
  winogradFilter(
    filter: number,
    channels: number,
    outChannels: number,
    turned: boolean,
    points: number,
    from: number,
    to: number,
    scratch: number,
  ): void
  winogradConvolve(
    window: number,
    x: number,
    points: number,
    y: number,
    bias: number,
    relu: boolean,
    from: number,
    to: number,
    scratch: number,
  ): void
  winogradSums(
    window: number,
    x: number,
    dy: number,
    sums: number,
    from: number,
    to: number,
    scratch: number,
  ): void
  winogradFilterGradient(
    sums: number,
    chunks: number,
    channels: number,
    outChannels: number,
    dFilter: number,
    scratch: number,
  ): void
  depthwiseInputGradient(window: number, dy: number, filter: number, dx: number, place: number): void
  depthwiseFilterGradient(
    window: number,
    x: number,
    dy: number,
    dFilter: number,
    place: number,
    partial: number,
  ): void
  maxPoolGradient(window: number, x: number, dy: number, dx: number): void
  maxPool3d(window: number, x: number, y: number, dx: number, gradient: boolean): void
  averagePoolGradient(window: number, dy: number, dx: number): void
  reduceSum(x: number, outer: number, n: number, inner: number, y: number, divisor: number): void
  normalize(
    x: number,
    mean: number,
    factor: number,
    offset: number,
    rows: number,
    channels: number,
    y: number,
  ): void
  channelMoments(x: number, from: number, to: number, channels: number, state: number, scratch: number): void
  channelProducts(
    x: number,
    dy: number,
    mean: number,
    from: number,
    to: number,
    channels: number,
    state: number,
    scratch: number,
  ): void
  normalizationGradient(
    x: number,
    dy: number,
    mean: number,
    factor: number,
    slope: number,
    offset: number,
    from: number,
    to: number,
    channels: number,
    dx: number,
  ): void
  reluGradient(dy: number, x: number, dx: number, n: number): void
  segmentSum(x: number, ids: number, rows: number, inner: number, y: number, segments: number): void
  move(rule: number, numbers: number, from: number, to: number): void
}
