import { parentPort, workerData } from 'node:worker_threads'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { fit } from '../../src/fit/fit.js'
import { bits, optionsFor } from './fit-rig.js'

const { busy } = workerData as { readonly busy: boolean }
await openEngine('wasm')
/** Other work on the same engine between two batches. */
const work = (): void => {
  if (busy) tf.tidy(() => tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).dataSync())
}
const options = optionsFor({ emit: work })
await fit(options)
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
parentPort!.postMessage(await bits(options))
