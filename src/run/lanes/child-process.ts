import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { codeFolder } from '../../core/home.js'

/** A process of a lane, with the processes that its steps start: they are one group, and end together. */
export interface LaneProcess {
  readonly child: ChildProcess
  /** What it wrote last on standard error; native code says there what went wrong. */
  readonly said: () => string
  /** Forgets what was said: the next step's last words are its own. */
  readonly hush: () => void
  /** SIGKILL, to all of the group. */
  readonly kill: () => void
  /** Why it never came to be: no memory, too many processes. */
  readonly failure: () => string | undefined
  /** Resolves once it is gone and all that it wrote has been read. */
  readonly over: Promise<void>
}

const tail = 8192
/** Milliseconds after its end in which what it wrote arrives; longer only where something else holds its standard error. */
const lastWords = 1000

const hasGroups = process.platform !== 'win32'

/** Ends a group of processes; what is left of it once its leader has gone as well. */
const killGroup = (leader: number): void => {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // Nobody of it is left.
  }
}

/**
 * Starts a lane's process. It leads a group (and session) of its own: a terminal's Ctrl-C does not reach it, since the
 * executor decides when to stop, and what its steps start can be ended with it.
 */
export const startLaneProcess = (env: Readonly<Record<string, string>>): LaneProcess => {
  const child = fork(join(codeFolder(), 'run/worker/child.js'), hasGroups ? ['--leads'] : [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: hasGroups,
    // TensorFlow reads these when its library is loaded, from the process: a thread's own environment is not seen. It
    // takes memory of a GPU as it needs it, where it would take all of it at once. What the user has set is kept.
    env: { TF_FORCE_GPU_ALLOW_GROWTH: 'true', TF_CPP_MIN_LOG_LEVEL: '2', ...process.env, ...env },
    // Not the executor's own: a debugger's port or a script given by `-e` is not for the child.
    execArgv: process.execArgv.filter(arg => arg === '--enable-source-maps'),
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-tail)))
  let failure: string | undefined
  child.on('error', error => {
    if (child.pid === undefined) failure = error.message
  })
  // Not the child's `close`: Node leaves it out where we closed the channel ourselves.
  const read = new Promise<void>(resolve => void child.stderr?.once('close', () => resolve()))
  const over = new Promise<void>(resolve => {
    child.once('exit', () => {
      if (hasGroups && child.pid !== undefined) killGroup(child.pid)
      const late = setTimeout(resolve, lastWords)
      void read.then(() => {
        clearTimeout(late)
        return resolve()
      })
    })
    // It never came to be: there is no exit to wait for.
    child.once('error', () => child.pid === undefined && resolve())
  })
  return {
    child,
    said: () => said,
    failure: () => failure,
    hush: () => void (said = ''),
    kill: () => {
      if (hasGroups && child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        killGroup(child.pid)
      child.kill('SIGKILL')
    },
    over,
  }
}
