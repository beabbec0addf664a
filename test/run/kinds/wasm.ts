/** As much of WebAssembly as the faults need; the compiler's own types of it come only with those of a browser. */
interface Wasm {
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, () => void>> }
  readonly Memory: new (pages: { initial: number; maximum?: number }) => { grow(pages: number): number }
}

/** A page of wasm memory is 64 kB: 16 of them are a megabyte. */
export const wasm = Reflect.get(globalThis, 'WebAssembly') as object as Wasm
