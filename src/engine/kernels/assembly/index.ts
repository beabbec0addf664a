// The WebAssembly module of our kernels. It has no memory of its own: it imports the one of tfjs's wasm backend
// and works on the tensors where they lie.

/** Adds `n` floats of `src` to those of `dst`. */
export function addInto(dst: usize, src: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at = (<usize>i) << 2
    v128.store(dst + at, f32x4.add(v128.load(dst + at), v128.load(src + at)))
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2
    store<f32>(dst + at, load<f32>(dst + at) + load<f32>(src + at))
  }
}
