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
  convolveFilterGradient(window: number, x: number, dy: number, dFilter: number, scratch: number): void
  convolveInputGradient(window: number, dy: number, filter: number, dx: number, scratch: number): void
}
