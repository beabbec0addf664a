import type { EngineName } from '../core/engine-name.js'
import { openCpu } from './cpu.js'
import type { Engine } from './engine.js'
import { openNative } from './native/open.js'
import { openWasm } from './wasm.js'
import { openWebgpu } from './webgpu/open.js'

export interface EngineOptions {
  /**
   * Threads that a kernel of the wasm engine may use, asked before each of its jobs; the bits are the same for any
   * number. Absent: 1.
   */
  readonly threads?: () => number
}

/**
 * Puts an engine to work in this thread: from here on every tensor operation runs on it (tfjs has one backend a
 * thread). Opening another later switches to it; tensors of the first are then moved when they are used.
 * Throws ProblemError: `engine-missing` where it is not available here, `engine-broken` where it does not start.
 */
export const openEngine = async (
  name: EngineName,
  { threads = () => 1 }: EngineOptions = {},
): Promise<Engine> => {
  if (name === 'wasm') return openWasm(threads)
  if (name === 'cpu') return openCpu()
  if (name === 'native') return openNative()
  return openWebgpu()
}
