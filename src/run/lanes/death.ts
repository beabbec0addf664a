import { problem, type Problem } from '../../core/problem.js'
import { formatBytes, formatSeconds } from '../../core/units.js'
import { keepCrash, memoryProblem } from '../worker/crash.js'
import { deviceMemoryProblem, saysDeviceFull } from '../worker/device-memory.js'

/** How a lane's process ended while a step ran in it. */
export interface Death {
  readonly kind: string
  readonly signal: NodeJS.Signals | null
  readonly exitCode: number | null
  /** It was ended after so many milliseconds without a sign of life; absent: it ended by itself, or by another's hand. */
  readonly hung?: number
  /** The end of what it wrote on standard error during the step. */
  readonly said: string
  /** The kernel killed for want of memory meanwhile; undefined: nobody can tell. */
  readonly outOfMemory: boolean | undefined
  /** Bytes of address space that it might have; absent: unbounded. */
  readonly addressSpace?: number
  /** Where what it wrote is kept. */
  readonly crashFile: string
}

/** What a signal means, for people who do not know its name. */
const meanings: Partial<Record<NodeJS.Signals, string>> = {
  SIGSEGV: 'a bad memory access in native code',
  SIGBUS: 'memory that is mapped but not there: a full /dev/shm, or a file that was cut',
  SIGABRT: 'native code that gave up',
  SIGILL: 'an instruction that this processor does not have: a library built for a newer one',
  SIGFPE: 'a division by zero in native code',
}

/** What native code writes before it gives up, the most telling first. */
const telling = [
  /Check failed:.*/,
  /what\(\): *(.*)/,
  /Assertion .* failed.*/,
  /\bCUDA_ERROR_\w+.*/,
  /FATAL ERROR: (.*)/,
  /terminate called.*/,
  /^(?:free|malloc|corrupted|double free)\b.*/m,
]

const lastWords = (said: string): string | undefined => {
  for (const pattern of telling) {
    const found = pattern.exec(said)
    if (found) return (found[1] ?? found[0]).trim().slice(0, 200)
  }
  return undefined
}

const wayOf = ({ signal, exitCode, hung }: Death): string => {
  if (hung !== undefined) return `gave no sign of life for ${formatSeconds(hung / 1000)} and was ended`
  return signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`
}

const heapGone = /heap out of memory|bad_alloc|Cannot allocate memory|allocation failed/i

/** The problem of a step whose process died under it: memory where that ran out, else what is known of the crash. */
export const deathProblem = (death: Death): Problem => {
  const { kind, signal, hung, said, crashFile } = death
  const how = wayOf(death)
  // TensorFlow tells of allocations that failed also where it then goes on; of a process that died they are the cause.
  if (hung === undefined && saysDeviceFull(said)) return deviceMemoryProblem(kind, said, how)
  if (hung === undefined && heapGone.test(said)) return memoryProblem(kind, `its process ${how}`)
  const killed = signal === 'SIGKILL' && hung === undefined
  if (killed && death.outOfMemory === true)
    return memoryProblem(kind, `the kernel ended its process, since the machine's memory was full`)
  const crashed = hung === undefined && (signal === 'SIGSEGV' || signal === 'SIGABRT' || signal === 'SIGBUS')
  if (crashed && death.addressSpace !== undefined) {
    const bound = formatBytes(death.addressSpace)
    const hint = `Its address space is bounded to ${bound} (ulimit -v), and native code crashes so where it gets no more. Raise the bound, or use a smaller batchSize.`
    return problem(
      'out-of-memory',
      `the process that ran kind "${kind}" ${how}, most likely for want of memory`,
      { hint },
    )
  }
  const kept = said.trim() === '' ? undefined : keepCrash(crashFile, said)
  const words = lastWords(said)
  const meaning = signal === null || hung !== undefined ? undefined : meanings[signal]
  const hints = [
    meaning === undefined ? '' : `That is ${meaning}.`,
    killed && death.outOfMemory === undefined
      ? 'The system kills a process so when memory runs out; someone may also have killed it.'
      : killed
        ? 'Someone killed it: the kernel has ended nothing for want of memory meanwhile.'
        : '',
    kept ? `What it wrote last is in ${kept}` : '',
  ].filter(hint => hint !== '')
  const message = `the process that ran kind "${kind}" ${how}${words === undefined ? '' : ` (${words})`}`
  return problem('lane-died', message, hints.length > 0 ? { hint: hints.join(' ') } : {})
}
