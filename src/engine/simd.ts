/** The smallest module with a SIMD instruction in it: `(func (i32.const 0) (i8x16.splat) (drop))`. */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
])

let found: boolean | undefined

/** Does WebAssembly have vectors here? V8 leaves them out on x64 without SSE4.1, and with `--no-enable-sse4-1`. */
export const hasSimd = (): boolean => (found ??= WebAssembly.validate(simdModule))
