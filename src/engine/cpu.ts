// oxlint-disable-next-line import/no-unassigned-import -- registers the backend
import '@tensorflow/tfjs-backend-cpu'
import { enginePromises } from '../core/promise.js'
import type { Engine } from './engine.js'
import { tensorLibraryVersion } from './kernels/file.js'
import { tf } from './tf.js'

/** The pure JavaScript engine: hundreds of times slower than wasm, and the one that the others are checked against. */
export const openCpu = async (): Promise<Engine> => {
  if (!(await tf.setBackend('cpu'))) throw new Error('the cpu backend did not start')
  // It would advertise another package on its first use.
  Object.assign(tf.backend(), { firstUse: false })
  return {
    name: 'cpu',
    version: tensorLibraryVersion('backend-cpu'),
    promise: enginePromises.cpu,
    memory: () => tf.memory().numBytes,
  }
}
