import { createRequire } from 'node:module'
import { join } from 'node:path'
import util from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { problem, ProblemError } from '../../core/problem.js'
import { enginePromises } from '../../core/promise.js'
import type { Engine } from '../engine.js'
import { registerGraphGradients } from '../graph/gradients.js'
import { registerGraphKernels } from '../graph/kernels.js'
import { registerNativeNormalization } from '../graph/normalization.js'
import { tf } from '../tf.js'
import type { Found } from './built.js'
import { findNative, nativeVersion } from './find.js'
import type { InstalledPackage } from './installed.js'
import { explain } from './symptoms.js'

/** tfjs's name of the backend that tfjs-node-gpu registers. */
const nativeBackend = 'tensorflow'

/**
 * What TensorFlow reads from the environment when its library is loaded: take GPU memory as it is needed, not all of it
 * at once, and write warnings and faults alone. What the user has set is kept. A worker thread has an environment of its
 * own, which native code does not see: a lane's process must be started with these.
 */
export const nativeEnvironment = { TF_FORCE_GPU_ALLOW_GROWTH: 'true', TF_CPP_MIN_LOG_LEVEL: '2' } as const

type Find = (manifest: string, ...rest: unknown[]) => string

/** Loads the package with our addon in the place of the one that its installer would have put into node_modules. */
const loadPackage = ({ folder }: InstalledPackage, addon: string): void => {
  // Node 23 took these away, which kernels of the package call.
  const old = util as { isNullOrUndefined?: unknown; isArray?: unknown }
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  old.isArray ??= Array.isArray
  const manifest = join(folder, 'package.json')
  const require = createRequire(manifest)
  // The package's own `find` is a getter that asks this module each time.
  const finder = require('@mapbox/node-pre-gyp/lib/pre-binding.js') as { find: Find }
  const { find } = finder
  finder.find = (path, ...rest) => (path === manifest ? addon : find(path, ...rest))
  try {
    require(folder)
  } finally {
    finder.find = find
  }
}

const broken = (engine: Found, error: unknown): ProblemError => {
  const message = error instanceof Error ? error.message : String(error)
  const known = explain(message)
  return new ProblemError(
    problem('engine-broken', `the native engine ${engine.name} does not load: ${known?.says ?? message}`, {
      hint: known?.mend ?? 'Run `trimtab engine build native` again, or use `engine: wasm`.',
    }),
  )
}

const loaded = new Set<string>()

/** Opens one built engine in this thread. Throws ProblemError (`engine-broken`) where it does not load. */
export const openBuilt = async (engine: Found, found: InstalledPackage): Promise<void> => {
  const addon = join(engine.folder, engine.addon.file)
  if (!loaded.has(addon)) {
    if (isMainThread)
      for (const [name, value] of Object.entries(nativeEnvironment)) process.env[name] ??= value
    try {
      loadPackage(found, addon)
    } catch (error) {
      throw broken(engine, error)
    }
    loaded.add(addon)
  }
  if (!(await tf.setBackend(nativeBackend))) throw broken(engine, 'its backend did not start')
}

let opened: { readonly engine: Found; readonly package: InstalledPackage } | undefined

/**
 * TensorFlow's own library through tfjs-node-gpu, operation by operation. Throws ProblemError: `engine-missing` where
 * none is built, `engine-broken` where the one that is built does not load.
 */
export const openNative = async (): Promise<Engine> => {
  const state = opened ? { ready: true as const, ...opened } : findNative()
  if (!state.ready)
    throw new ProblemError(
      problem('engine-missing', `the native engine is not available: ${state.why}`, { hint: state.hint }),
    )
  await openBuilt(state.engine, state.package)
  if (!opened) {
    registerGraphKernels()
    registerGraphGradients()
    registerNativeNormalization()
  }
  opened = { engine: state.engine, package: state.package }
  return {
    name: 'native',
    version: nativeVersion(state.engine),
    promise: enginePromises.native,
    memory: () => tf.memory().numBytes,
  }
}
