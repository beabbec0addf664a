import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who makes a run, kept beside its journal until it has a record: so that others can tell whether it still goes on. */
interface RunProcess {
  readonly pid: number
  readonly host: string
  /** When the process began, as its system counts: a number may be given to another process later. Absent: unknown. */
  readonly began?: string
}

/** Linux tells it in ticks since the machine started, which itself has an id. */
const beganAt = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; of what follows it, the time is the 20th.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`
  } catch {
    return undefined
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Milliseconds of silence after which a run on another machine counts as interrupted: its process cannot be asked. */
const patience = 600_000

/** Notes that this process makes a run. It only serves those who look on, so a disk that refuses it is no fault. */
export const writeRunProcess = (path: string): void => {
  const began = beganAt(process.pid)
  const own: RunProcess = { pid: process.pid, host: hostname(), ...(began === undefined ? {} : { began }) }
  try {
    writeFileSync(path, `${JSON.stringify(own)}\n`)
  } catch {
    // Such a run looks interrupted until it has its record.
  }
}

/** Does the process still live that makes a run? `journal`: path of its journal. */
export const isRunning = (path: string, journal: string): boolean => {
  try {
    const { pid, host, began } = JSON.parse(readFileSync(path, 'utf8')) as Partial<RunProcess>
    if (host !== hostname()) return Date.now() - statSync(journal).mtimeMs < patience
    return (
      typeof pid === 'number' && pid > 0 && isAlive(pid) && (began === undefined || began === beganAt(pid))
    )
  } catch {
    return false
  }
}
