import { createRequire } from 'node:module'
import { join } from 'node:path'
import util from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { problem, ProblemError } from '../../core/problem.js'
import { enginePromises } from '../../core/promise.js'
import type { Engine } from '../engine.js'
import { tf } from '../tf.js'
import type { Found } from './built.js'
import { findNative, nativeVersion } from './find.js'
import type { InstalledPackage } from './installed.js'

/** tfjs's name of the backend that tfjs-node-gpu registers. */
export const nativeBackend = 'tensorflow'

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

const start = ({ engine, package: found }: { engine: Found; package: InstalledPackage }): void => {
  if (isMainThread) for (const [name, value] of Object.entries(nativeEnvironment)) process.env[name] ??= value
  try {
    loadPackage(found, join(engine.folder, engine.addon.file))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ProblemError(
      problem('engine-broken', `the native engine ${engine.name} does not load: ${message}`, {
        hint: 'Run `trimtab engine build native` again, or use `engine: wasm`.',
      }),
    )
  }
}

let started: string | undefined

/**
 * TensorFlow's own library through tfjs-node-gpu, operation by operation. Throws ProblemError: `engine-missing` where
 * none is built, `engine-broken` where the one that is built does not load.
 */
export const openNative = async (): Promise<Engine> => {
  if (started === undefined) {
    const state = findNative()
    if (!state.ready)
      throw new ProblemError(
        problem('engine-missing', `the native engine is not available: ${state.why}`, { hint: state.hint }),
      )
    start(state)
    started = nativeVersion(state.engine)
  }
  if (!(await tf.setBackend(nativeBackend))) throw new Error('the native backend did not start')
  return {
    name: 'native',
    version: started,
    promise: enginePromises.native,
    memory: () => tf.memory().numBytes,
  }
}
