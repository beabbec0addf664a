import { once } from 'node:events'
import { join } from 'node:path'
import { MessageChannel, receiveMessageOnPort, type MessagePort, type Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import type { Digest } from '../../core/brand.js'
import { codeFolder } from '../../core/home.js'
import { problem, ProblemError } from '../../core/problem.js'
import { isOutOfMemory, memoryProblem, problemsOf } from '../worker/crash.js'
import type { Assignment, Ended, FromWorker, ThreadTask, ToWorker } from '../worker/protocol.js'
import type { Hooks, Host } from './host.js'

export interface ThreadOptions {
  /** Limit of the worker's JavaScript heap; buffers and wasm memories lie outside of it. */
  readonly heapMegabytes: number
  /** Reads an object for the worker. Throws ProblemError. */
  readonly open: (digest: Digest) => Promise<SharedArrayBuffer>
}

const answer = async (port: MessagePort, digest: Digest, open: ThreadOptions['open']): Promise<void> => {
  let reply: ToWorker
  try {
    reply = { type: 'opened', digest, bytes: await open(digest) }
  } catch (error) {
    const problems =
      error instanceof ProblemError
        ? error.problems
        : [problem('object-unreadable', `object ${digest} cannot be read: ${String(error)}`)]
    reply = { type: 'refused', digest, problems }
  }
  port.postMessage(reply)
}

/** What an error of the thread itself means, as opposed to one that the step's code threw and the worker caught. */
const endedBy = (error: unknown, { step, crashFile }: Assignment): Ended => {
  const exit = error instanceof Error ? /^worker exited with code: (\d+)/.exec(error.message) : null
  if (exit)
    return {
      type: 'failed',
      memory: 0,
      problems: [
        problem('lane-died', `kind "${step.kind}" ended its worker thread (exit code ${exit[1]})`, {
          hint: 'A step hands back its outputs or throws; it never calls process.exit.',
        }),
      ],
    }
  return isOutOfMemory(error)
    ? { type: 'failed', memory: 0, problems: [memoryProblem(step.kind, 'JavaScript heap')] }
    : { type: 'failed', memory: 0, problems: problemsOf(error, step.kind, crashFile) }
}

/**
 * A worker thread for one step at a time. Each has a piscina pool of its own, of one thread: piscina can end a thread
 * that runs a task, but has no word for "this one holds too much memory, start another", and here that is to destroy
 * the pool.
 */
export const threadHost = (options: ThreadOptions): Host => {
  let pool: Piscina<ThreadTask, Ended> | undefined
  let broken: Promise<never> | undefined
  let thread: Worker | undefined

  const start = async (): Promise<Piscina<ThreadTask, Ended>> => {
    if (pool) return pool
    const { Piscina } = await import('piscina')
    const made = new Piscina<ThreadTask, Ended>({
      filename: join(codeFolder(), 'run/worker/main.js'),
      name: 'run',
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: Infinity,
      resourceLimits: { maxOldGenerationSizeMb: options.heapMegabytes },
    })
    // A thread that dies before it took its task is told here only; the task would wait for ever.
    broken = new Promise((_, reject) => made.once('error', reject))
    broken.catch(() => undefined)
    made.on('error', () => undefined)
    pool = made
    return made
  }

  const renew = async (): Promise<void> => {
    const [ending, leaving] = [pool, thread]
    pool = undefined
    thread = undefined
    // An aborted thread has left the pool's books before it is gone; threadId is -1 once it is.
    const gone = leaving && leaving.threadId !== -1 ? once(leaving, 'exit') : undefined
    await ending?.destroy()
    await gone
  }

  const run = async (assignment: Assignment, hooks: Hooks): Promise<Ended> => {
    const ready = await start()
    const { port1, port2 } = new MessageChannel()
    const cancel = new SharedArrayBuffer(8)
    const words = new Int32Array(cancel)
    const { cores } = hooks
    words[1] = cores?.now() ?? assignment.step.threads
    const unwatch = cores?.watch(count => Atomics.store(words, 1, count))
    const take = (message: FromWorker): void => {
      if (message.type === 'progress') hooks.progress(message.progress)
      else if (message.type === 'log') hooks.log(message.level, message.message)
      else if (message.type === 'resumed') hooks.resumed(message.from)
      else void answer(port1, message.digest, options.open)
    }
    const flag = (): void => void Atomics.store(words, 0, 1)
    if (hooks.soft.aborted) flag()
    hooks.soft.addEventListener('abort', flag)
    port1.on('message', take)
    try {
      const running = ready.run(
        { assignment, cancel, port: port2 },
        { transferList: [port2], signal: hooks.hard },
      )
      thread = ready.threads[0] ?? thread
      const ended = await Promise.race([running, broken!])
      // The result overtakes what the step said last, on another port.
      for (let last = receiveMessageOnPort(port1); last; last = receiveMessageOnPort(port1))
        take(last.message)
      return ended
    } catch (error) {
      await renew()
      return hooks.hard.aborted ? { type: 'cancelled', memory: 0 } : endedBy(error, assignment)
    } finally {
      hooks.soft.removeEventListener('abort', flag)
      unwatch?.()
      port1.close()
    }
  }

  return { run, renew }
}
