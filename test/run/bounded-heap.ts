// Loaded before anything else (NODE_OPTIONS=--import): memories of WebAssembly end at BOUND_MEGABYTES, as they do at 4 GiB.
const pages = Number(process.env['BOUND_MEGABYTES']) * 16

interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

const memories = Reflect.get(globalThis, 'WebAssembly') as object
const { prototype } = Reflect.get(memories, 'Memory') as { readonly prototype: Memory }
const grow = Reflect.get(prototype, 'grow') as Memory['grow']
prototype.grow = function bounded(this: Memory, more: number): number {
  if (this.buffer.byteLength / 65536 + more > pages)
    throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded')
  return grow.call(this, more)
}
