import type { EngineName } from '../core/engine-name.js'
import { fail } from '../core/problem.js'
import { openCpu } from './cpu.js'
import type { Engine } from './engine.js'
import { openNative } from './native/open.js'
import { openWasm } from './wasm.js'

/**
 * Puts an engine to work in this thread: from here on every tensor operation runs on it (tfjs has one backend a
 * thread). Opening another later switches to it; tensors of the first are then moved when they are used.
 * Throws ProblemError: `engine-missing` where it is not available here, `engine-broken` where it does not start.
 */
export const openEngine = async (name: EngineName): Promise<Engine> => {
  if (name === 'wasm') return openWasm()
  if (name === 'cpu') return openCpu()
  if (name === 'native') return openNative()
  return fail('engine-missing', `the ${name} engine arrives in a later version`, 'Use `engine: wasm`.')
}
