// The process of a lane: hosts one worker thread and obeys its channel. Its main thread runs no step, so it answers
// even while native code does not.
import { openStore } from '../../store/open.js'
import { threadHost } from '../lanes/thread-host.js'
import type { Cores } from '../lanes/cores.js'
import type { Host } from '../lanes/host.js'
import { sharedObjects, type SharedObjects } from '../lanes/shared-objects.js'
import type { Assignment, FromChild, ToChild } from './protocol.js'

const tell = (message: FromChild): void => {
  if (process.connected) process.send!(message, undefined, undefined, () => undefined)
}

let objects: SharedObjects | undefined
let host: Host | undefined
let cancel: AbortController | undefined

/** The cores that the executor grants this process. */
let granted = 1
let changed: ((cores: number) => void) | undefined
const cores: Cores = {
  now: () => granted,
  watch: watcher => {
    changed = watcher
    return () => (changed = undefined)
  },
}
const grant = (threads: number): void => {
  granted = threads
  changed?.(threads)
}

const work = async (assignment: Assignment, heapMegabytes: number): Promise<void> => {
  const soft = new AbortController()
  cancel = soft
  objects ??= sharedObjects(await openStore(assignment.store))
  host ??= threadHost({ heapMegabytes, open: digest => objects!.open(digest) })
  const ended = await host.run(assignment, {
    progress: progress => tell({ type: 'progress', progress }),
    log: (level, message) => tell({ type: 'log', level, message }),
    resumed: from => tell({ type: 'resumed', from }),
    cores,
    soft: soft.signal,
    // The executor ends this whole process instead: a thread inside native code cannot be ended alone.
    hard: new AbortController().signal,
  })
  cancel = undefined
  tell({ type: 'ended', ended })
}

/** Ends this process with all that its steps have started, where it leads them. */
const endAll = (): void => {
  process.kill(process.argv.includes('--leads') ? -process.pid : process.pid, 'SIGKILL')
}

process.on('SIGINT', () => undefined)
process.on('message', (message: ToChild) => {
  if (message.type === 'run') {
    tell({ type: 'took' })
    grant(message.threads)
    void work(message.assignment, message.heapMegabytes)
  } else if (message.type === 'threads') grant(message.threads)
  else cancel?.abort()
})
// Without a channel nobody wants the result. In mid-step the thread may be in code that does not return, and an
// orderly exit would wait for it; whatever the store lacks then was never renamed into place. Between steps as well: a
// step's own children may have stayed, and native libraries are known to crash in their last functions.
process.on('disconnect', endAll)
// The executor died while this code was still being loaded: nobody heard that event, and it does not come again.
if (!process.connected) endAll()
setInterval(() => tell({ type: 'beat' }), 1000)
