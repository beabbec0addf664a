import type { MessagePort } from 'node:worker_threads'
import type { Digest } from '../../core/brand.js'
import type { Progress } from '../../core/event.js'
import { ProblemError } from '../../core/problem.js'
import type { StepContext, StepFile } from '../../core/step-file.js'
import type { Store } from '../../store/store.js'
import { checkpointsOf } from './checkpoints.js'
import type { FromWorker, ToWorker } from './protocol.js'

/** Milliseconds between two progress events of a step: people read no faster than ten a second. */
const interval = 100

type Opening = { readonly resolve: (bytes: Uint8Array) => void; readonly reject: (error: Error) => void }

/** The step's side of the executor: objects come in over shared memory, progress and logs go out through the port. */
export const contextOf = (
  { key, checkpoint: rhythm }: Pick<StepFile, 'key' | 'checkpoint'>,
  port: MessagePort,
  cancel: SharedArrayBuffer,
  store: Store,
): StepContext => {
  const flag = new Int32Array(cancel)
  const opening = new Map<Digest, Opening[]>()
  const send = (message: FromWorker): void => port.postMessage(message)
  let last = -Infinity

  port.on('message', (answer: ToWorker) => {
    const waiting = opening.get(answer.digest) ?? []
    opening.delete(answer.digest)
    for (const { resolve, reject } of waiting) {
      if (answer.type === 'opened') resolve(new Uint8Array(answer.bytes))
      else reject(new ProblemError(...answer.problems))
    }
  })

  const log: StepContext['log'] = (level, message) => send({ type: 'log', level, message })

  return {
    open: digest =>
      new Promise((resolve, reject) => {
        const waiting = opening.get(digest)
        if (waiting) waiting.push({ resolve, reject })
        else {
          opening.set(digest, [{ resolve, reject }])
          send({ type: 'open', digest })
        }
      }),
    put: bytes => store.objects.put(bytes),
    emit: (progress: Progress) => {
      const now = performance.now()
      if (now - last < interval) return
      last = now
      send({ type: 'progress', progress })
    },
    log,
    cancelled: () => Atomics.load(flag, 0) !== 0,
    threads: () => Atomics.load(flag, 1),
    checkpoint: checkpointsOf({
      stored: store.checkpoints,
      key,
      rhythm,
      log,
      resumed: from => send({ type: 'resumed', from }),
    }),
  }
}
