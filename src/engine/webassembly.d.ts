// Node has WebAssembly, its types do not (they come with the DOM's, which this project leaves out): what we use of it.
declare namespace WebAssembly {
  class Memory {
    constructor(size: { initial: number; maximum: number; shared?: boolean })
    readonly buffer: ArrayBuffer
  }
  interface Module {
    readonly [Symbol.toStringTag]: string
  }
  const Module: new (bytes: Uint8Array) => Module
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: object
  }
  function validate(bytes: Uint8Array): boolean
}
