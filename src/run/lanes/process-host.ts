import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { codeFolder } from '../../core/home.js'
import { problem, type Problem } from '../../core/problem.js'
import { formatSeconds } from '../../core/units.js'
import { keepCrash, memoryProblem } from '../worker/crash.js'
import type { Assignment, Ended, FromChild, ToChild } from '../worker/protocol.js'
import type { Hooks, Host } from './host.js'

export interface ProcessOptions {
  readonly heapMegabytes: number
  /** Milliseconds without a sign of life after which the process counts as hung. */
  readonly silence: number
}

/** The end of what a dying process wrote: native code says there what went wrong. */
const tail = 8192

const died = (
  child: ChildProcess,
  said: string,
  hung: number | undefined,
  assignment: Assignment,
): Problem => {
  const { step, crashFile } = assignment
  const { signalCode, exitCode } = child
  const how =
    hung !== undefined
      ? `gave no sign of life for ${formatSeconds(hung / 1000)} and was ended`
      : signalCode
        ? `was ended by ${signalCode}`
        : `ended with exit code ${exitCode}`
  if (/heap out of memory|bad_alloc/i.test(said)) return memoryProblem(step.kind, `its process ${how}`)
  const kept = said.trim() === '' ? undefined : keepCrash(crashFile, said)
  const killed = signalCode === 'SIGKILL' && hung === undefined
  const hints = [
    killed ? 'The system kills a process so when memory runs out; someone may also have killed it.' : '',
    kept ? `What it wrote last is in ${kept}` : '',
  ].filter(hint => hint !== '')
  const message = `the process that ran kind "${step.kind}" ${how}`
  return problem('lane-died', message, hints.length > 0 ? { hint: hints.join(' ') } : {})
}

/**
 * A process with a thread in it, for engines whose native code takes its process along when it crashes. It lives while
 * its channel is open and ignores SIGINT, which a terminal sends to the whole group: the executor decides when to stop.
 */
export const processHost = ({ heapMegabytes, silence }: ProcessOptions): Host => {
  let child: ChildProcess | undefined
  let said = ''

  const start = (): ChildProcess => {
    if (child) return child
    said = ''
    const made = fork(join(codeFolder(), 'run/worker/child.js'), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // TensorFlow reads these when its library is loaded, from the process: a thread's own environment is not seen.
      env: { TF_FORCE_GPU_ALLOW_GROWTH: 'true', TF_CPP_MIN_LOG_LEVEL: '2', ...process.env },
      // Not the executor's own: a debugger's port or a script given by `-e` is not for the child.
      execArgv: process.execArgv.filter(arg => arg === '--enable-source-maps'),
    })
    made.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-tail)))
    made.on('error', () => undefined)
    child = made
    return made
  }

  const gone = async (leaving: ChildProcess): Promise<void> => {
    if (child === leaving) child = undefined
    if (leaving.exitCode !== null || leaving.signalCode !== null) return
    const exited = once(leaving, 'exit')
    if (leaving.connected) leaving.disconnect()
    const patience = setTimeout(() => leaving.kill('SIGKILL'), 2000)
    await exited
    clearTimeout(patience)
  }

  const run = (assignment: Assignment, hooks: Hooks): Promise<Ended> => {
    const running = start()
    const tell = (message: ToChild): void => {
      if (running.connected) running.send(message, () => undefined)
    }
    return new Promise(resolve => {
      let hung: number | undefined
      const silent = (): void => {
        hung = silence
        running.kill('SIGKILL')
      }
      let watch = setTimeout(silent, silence)
      const soft = (): void => tell({ type: 'cancel' })
      const hard = (): void => void running.kill('SIGKILL')
      const unwatch = hooks.cores?.watch(threads => tell({ type: 'threads', threads }))
      const settle = (ended: Ended): void => {
        clearTimeout(watch)
        unwatch?.()
        hooks.soft.removeEventListener('abort', soft)
        hooks.hard.removeEventListener('abort', hard)
        running.off('message', take)
        running.off('close', lost)
        resolve(ended)
      }
      const take = (message: FromChild): void => {
        clearTimeout(watch)
        watch = setTimeout(silent, silence)
        if (message.type === 'progress') hooks.progress(message.progress)
        else if (message.type === 'log') hooks.log(message.level, message.message)
        else if (message.type === 'resumed') hooks.resumed(message.from)
        else if (message.type === 'ended') settle(message.ended)
      }
      // `close`, not `exit`: by then all that it wrote has been read.
      const lost = (): void => {
        if (child === running) child = undefined
        if (hooks.hard.aborted) settle({ type: 'cancelled', memory: 0 })
        else settle({ type: 'failed', memory: 0, problems: [died(running, said, hung, assignment)] })
      }
      hooks.soft.addEventListener('abort', soft)
      hooks.hard.addEventListener('abort', hard)
      running.on('message', take)
      running.on('close', lost)
      tell({
        type: 'run',
        assignment,
        heapMegabytes,
        threads: hooks.cores?.now() ?? assignment.step.threads,
      })
      if (hooks.soft.aborted) soft()
      if (hooks.hard.aborted) hard()
    })
  }

  return { run, renew: async () => (child ? gone(child) : undefined) }
}
