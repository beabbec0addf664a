import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../core/home.js'
import { enginePromises } from '../core/promise.js'
import type { EngineReport } from './engine.js'
import { hasSimd } from './simd.js'
import { kernelsFile, readKernels, tensorLibraryVersion, wasmVersion } from './kernels/file.js'
import { findNative, nativeVersion } from './native/find.js'
import { probeWebgpu } from './webgpu/probe.js'

/** Measured: docs/performance.md. */
const withoutSimd =
  'this processor or Node runs WebAssembly without SIMD: steps take about five times as long, to the same bits'

/** A checkout builds its kernels; an installed package brings them. */
const bringKernels = (): string =>
  existsSync(join(packageFolder(), 'scripts', 'build.mjs'))
    ? `Run \`npm run build\` in ${packageFolder()}.`
    : 'Run `npm ci`: the package trimtab is not whole.'

const kernelsFault = (): string | undefined => {
  if (!existsSync(kernelsFile())) return `its kernels are not built: ${kernelsFile()} is missing.`
  // Where there is no SIMD the binary is rewritten before it is compiled.
  return !hasSimd() || WebAssembly.validate(readKernels().bytes)
    ? undefined
    : `its kernels are damaged: ${kernelsFile()} is not the file that was built.`
}

/** Undefined where a package of TensorFlow.js that comes with Trimtab is gone. */
const versionOr = (read: () => string): string | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const uninstalled = (what: string) => ({
  available: false as const,
  version: '',
  why: `@tensorflow/tfjs-${what}, which comes with Trimtab, is not installed.`,
  hint: 'Run `npm ci`, or `npm install`.',
})

const probeWasm = (): EngineReport => {
  const common = { name: 'wasm', promise: enginePromises.wasm } as const
  const fault = kernelsFault()
  if (fault !== undefined)
    return { ...common, available: false, version: '', why: fault, hint: bringKernels() }
  const version = versionOr(wasmVersion)
  if (version === undefined) return { ...common, ...uninstalled('backend-wasm') }
  return { ...common, available: true, version, ...(hasSimd() ? {} : { slow: withoutSimd }) }
}

const probeCpu = (): EngineReport => {
  const common = { name: 'cpu', promise: enginePromises.cpu } as const
  const version = versionOr(() => tensorLibraryVersion('backend-cpu'))
  return version === undefined
    ? { ...common, ...uninstalled('backend-cpu') }
    : { ...common, available: true, version }
}

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
