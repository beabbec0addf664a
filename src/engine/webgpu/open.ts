import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { fail } from '../../core/problem.js'
import { enginePromises } from '../../core/promise.js'
import type { Engine } from '../engine.js'
import { tf } from '../tf.js'
import { noteAdapter, webgpuVersion } from './adapter.js'
import { trimBuffers, type BackendModule, type WebgpuBackend } from './backend.js'
import { loadDawn, requestAdapter, type Adapter } from './dawn.js'
import { watchFaults, type Faults } from './faults.js'
import { findBackend, findDawn } from './packages.js'
import { registerKernels } from './kernels.js'
import { probeWebgpu } from './probe.js'

interface Started {
  readonly backend: WebgpuBackend
  readonly faults: Faults
  readonly version: string
}

/** Limits of which the backend needs as much as the adapter has; others stay at WebGPU's defaults. */
const raised = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
]

/** The backend asks `navigator.gpu` whether there is WebGPU at all, and takes classes and constants from the globals. */
const setGlobals = (gpu: unknown, globals: Readonly<Record<string, unknown>>): void => {
  for (const [name, value] of Object.entries(globals))
    if (name.startsWith('GPU')) Reflect.set(globalThis, name, value)
  // Node 20 has no navigator; later ones have one that cannot be replaced.
  const scope = globalThis as { navigator?: object }
  if (scope.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true })
}

const deviceOf = (adapter: Adapter) =>
  adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: Object.fromEntries(raised.map(name => [name, adapter.limits[name]!])),
  })

let imported: BackendModule | undefined

const start = async (): Promise<Started> => {
  const [dawn, backendPackage] = [findDawn(), findBackend()]
  const report = await probeWebgpu()
  if (!report.available || dawn === undefined || backendPackage === undefined)
    return fail('engine-missing', `the webgpu engine is not available: ${report.why}`, report.hint)
  const { create, globals } = await loadDawn(dawn.url)
  const gpu = create([])
  const adapter = await requestAdapter(gpu)
  if (adapter === null)
    return fail('engine-missing', 'the webgpu engine is not available: Dawn found no adapter.', report.hint)
  // Before the backend is loaded, which registers itself only where this is there.
  setGlobals(gpu, globals)
  imported ??= createRequire(import.meta.url)(fileURLToPath(backendPackage.url)) as BackendModule
  // What is computed where must not hang on where a small tensor happened to lie.
  tf.env().set('WEBGPU_CPU_FORWARD', false)
  const { WebGPUBackend } = imported
  const device = await deviceOf(adapter).catch((error: unknown) =>
    fail(
      'engine-broken',
      `the adapter ${adapter.info.device} gives no device: ${String(error)}`,
      report.hint,
    ),
  )
  const backend = new WebGPUBackend(device, adapter.info)
  // Its own registration asks for an adapter anew, and reports success where there was none.
  tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => backend)
  registerKernels(backend)
  return {
    backend,
    faults: watchFaults(backend, device),
    version: webgpuVersion(backendPackage, dawn, noteAdapter(adapter.info)),
  }
}

let starting: Promise<Started> | undefined

/**
 * The GPU through Dawn, or a software adapter where there is no other. Tensors stay on the GPU: only `await data()` reads
 * them, `dataSync` fails. Opening it again gives back the memory of the step before, and replaces a device that was lost.
 * Throws ProblemError `engine-missing` where packages, a driver or an adapter are missing.
 */
export const openWebgpu = async (): Promise<Engine> => {
  const before = await starting?.catch(() => undefined)
  await before?.faults.settle()
  if (before?.faults.lost() !== false) starting = start()
  const { backend, version } = await starting!
  if (!(await tf.setBackend('webgpu')) || tf.backend() !== backend)
    throw new Error('the webgpu backend did not start')
  trimBuffers(backend)
  return {
    name: 'webgpu',
    version,
    promise: enginePromises.webgpu,
    memory: () => backend.bufferManager.numBytesAllocated,
  }
}
