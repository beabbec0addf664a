import { existsSync } from 'node:fs'
import { enginePromises } from '../core/promise.js'
import type { EngineReport } from './engine.js'
import { kernelsFile, tensorLibraryVersion, wasmVersion } from './kernels/file.js'
import { findNative, nativeVersion } from './native/find.js'
import { probeWebgpu } from './webgpu/probe.js'

/** The smallest module with a SIMD instruction in it: `(func (v128) → drop)`. */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
])

const probeWasm = (): EngineReport => {
  const missing = { name: 'wasm', available: false, version: '', promise: enginePromises.wasm } as const
  if (!WebAssembly.validate(simdModule))
    return {
      ...missing,
      why: 'this processor or Node runs WebAssembly without SIMD.',
      hint: 'Use a processor with SSE4.1 or NEON, and Node without --no-wasm-simd.',
    }
  if (!existsSync(kernelsFile()))
    return {
      ...missing,
      why: `its kernels are not built: ${kernelsFile()} is missing.`,
      hint: 'Run `npm run build`.',
    }
  return { name: 'wasm', available: true, version: wasmVersion(), promise: enginePromises.wasm }
}

const probeCpu = (): EngineReport => ({
  name: 'cpu',
  available: true,
  version: tensorLibraryVersion('backend-cpu'),
  promise: enginePromises.cpu,
})

const probeNative = (): EngineReport => {
  const state = findNative()
  const common = { name: 'native', promise: enginePromises.native } as const
  return state.ready
    ? { ...common, available: true, version: nativeVersion(state.engine) }
    : { ...common, available: false, version: '', why: state.why, hint: state.hint }
}

/** What each engine's cheap probe finds, in the order of `engineNames`; loads no tensor library, takes milliseconds. */
export const probeEngines = async (): Promise<EngineReport[]> => [
  probeNative(),
  await probeWebgpu(),
  probeWasm(),
  probeCpu(),
]
