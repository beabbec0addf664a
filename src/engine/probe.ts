import { existsSync } from 'node:fs'
import { enginePromises } from '../core/promise.js'
import type { EngineReport } from './engine.js'
import { hasSimd } from './simd.js'
import { kernelsFile, tensorLibraryVersion, wasmVersion } from './kernels/file.js'
import { findNative, nativeVersion } from './native/find.js'
import { probeWebgpu } from './webgpu/probe.js'

/** Measured: docs/performance.md. */
const withoutSimd =
  'this processor or Node runs WebAssembly without SIMD: steps take about five times as long, to the same bits'

const probeWasm = (): EngineReport => {
  const missing = { name: 'wasm', available: false, version: '', promise: enginePromises.wasm } as const
  if (!existsSync(kernelsFile()))
    return {
      ...missing,
      why: `its kernels are not built: ${kernelsFile()} is missing.`,
      hint: 'Run `npm run build`.',
    }
  return {
    name: 'wasm',
    available: true,
    version: wasmVersion(),
    promise: enginePromises.wasm,
    ...(hasSimd() ? {} : { slow: withoutSimd }),
  }
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
