import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process that writes to a store, so that any other process can tell whether it still lives. */
export interface Writer {
  /** 12 hex digits of the host's name, its boot and the space of process ids: equal pids elsewhere are others. */
  readonly host: string
  readonly pid: number
  /** When the process began, as its system counts; `0` where that is not known. A reused pid began later. */
  readonly start: string
}

const orNothing = (read: () => string): string => {
  try {
    return read()
  } catch {
    return ''
  }
}

interface Stat {
  /** `R`, `S`, `T` (stopped), `Z` (ended and not yet fetched) … */
  readonly state: string
  readonly start: string
}

/** What Linux says of a process; undefined where there is no /proc, or it hides others' processes. */
const statOf = (pid: number | 'self'): Stat | undefined => {
  const text = orNothing(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  // The second field is the program's name, in brackets, and may hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return text === '' ? undefined : { state: fields[0] ?? '', start: fields[19] ?? '0' }
}

let here: Writer | undefined

/** This process. Its threads are one writer. */
export const thisWriter = (): Writer =>
  (here ??= {
    host: createHash('sha256')
      .update(
        [
          hostname(),
          orNothing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
          // Two containers on one kernel may have one name; their process ids are counted apart.
          orNothing(() => readlinkSync('/proc/self/ns/pid')),
        ].join('\n'),
      )
      .digest('hex')
      .slice(0, 12),
    pid: process.pid,
    start: statOf('self')?.start ?? '0',
  })

/**
 * What is known of a writer. `stopped`: it is there but does not run (Ctrl-Z, a debugger). `unknown`: it is on another
 * host, or this one does not say when a process began.
 */
export type Life = 'alive' | 'stopped' | 'dead' | 'unknown'

/** Does a writer live? `from`: who asks. */
export const lifeOf = (writer: Writer, from: Writer = thisWriter()): Life => {
  if (writer.host !== from.host) return 'unknown'
  try {
    process.kill(writer.pid, 0)
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead'
  }
  const stat = statOf(writer.pid)
  if (!stat || writer.start === '0') return 'unknown'
  if (stat.start !== writer.start || stat.state === 'Z' || stat.state === 'X') return 'dead'
  return stat.state === 'T' || stat.state === 't' ? 'stopped' : 'alive'
}

/** A part of a file's name that says whose it is; `noise` sets the files of one process apart. */
export const writerTag = (noise: string): string => {
  const { host, pid, start } = thisWriter()
  return `${host}-${pid}-${start}-${noise}`
}

/** The writer that a temporary file's name tells of; undefined where it tells of none. */
export const writerIn = (name: string): Writer | undefined => {
  const found = /\.([0-9a-f]{12})-(\d+)-(\d+)-[0-9a-z]+\.tmp$/.exec(name)
  return found ? { host: found[1]!, pid: Number(found[2]), start: found[3]! } : undefined
}
