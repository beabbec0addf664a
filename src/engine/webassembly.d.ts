// Node has WebAssembly, its types do not (they come with the DOM's, which this project leaves out): what we use of it.
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer
  }
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: object
  }
  function validate(bytes: Uint8Array): boolean
}
