import { fork } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Format, Task, Told } from './child.js'
import type { Outcome } from './examine.js'
import { keepCase } from './keep-case.js'
import { tfjsBases } from './tfjs-bases.js'

export const formats: readonly Format[] = ['tfjs', 'idx', 'npy', 'csv']

export interface SuperviseOptions {
  /** A folder of its own: files of cases, and of those that are complained of. */
  readonly folder: string
  readonly format: Format
  readonly seed: number
  readonly from: number
  readonly to: number
  readonly told: (index: number, outcome: Outcome) => void
  /** Where the files of cases that are complained of are kept; absent: nowhere. */
  readonly keep?: string
}

/** Milliseconds without a word from the child, after which it counts as hanging. */
const patience = 60_000
/** Megabytes of JavaScript heap that a child has. */
const heap = 600

const childFile = fileURLToPath(new URL('child.js', import.meta.url))

/** Saves the models that the cases of tfjs damage, as tfjs itself writes them. */
export const writeBases = async (folder: string): Promise<void> => {
  writeFileSync(join(folder, 'bases.json'), JSON.stringify(await tfjsBases()))
}

/** Runs a child over cases until it ends; gives the index of the case that it died in. */
const runChild = (
  task: Task,
  { told }: SuperviseOptions,
): Promise<{ readonly diedIn?: number; readonly why?: string }> =>
  new Promise(done => {
    const child = fork(childFile, {
      execArgv: ['--expose-gc', '--enable-source-maps', `--max-old-space-size=${heap}`],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    let [index, what, last] = [task.from, '', '']
    let isLate = false
    child.stderr!.on('data', (chunk: Buffer) => (last = `${last}${chunk.toString()}`.slice(-4000)))
    const late = (): void => {
      isLate = true
      child.kill('SIGKILL')
    }
    let timer = setTimeout(late, patience)
    child.on('message', (message: Told) => {
      clearTimeout(timer)
      timer = setTimeout(late, patience)
      index = message.index
      if (message.outcome) {
        told(index, message.outcome)
        index++
      } else what = message.what
    })
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) return done({})
      const why = isLate
        ? `no answer within ${patience / 1000} s`
        : `the process died (${signal ?? code}): ${last.trim()}`
      return done({ diedIn: index, why: `${what}: ${why}` })
    })
    child.send(task)
  })

/** Examines cases of a format in a child process; one that dies or hangs is a complaint, and another child goes on. */
export const supervise = async (options: SuperviseOptions): Promise<void> => {
  const { format, seed, to, keep } = options
  const folder = join(options.folder, format)
  mkdirSync(folder, { recursive: true })
  cpSync(join(options.folder, 'bases.json'), join(folder, 'bases.json'))
  for (let from = options.from; from < to;) {
    const { diedIn, why } = await runChild(
      { folder, format, seed, from, to, ...(keep === undefined ? {} : { keep }) },
      options,
    )
    if (diedIn === undefined) return
    if (keep !== undefined) keepCase(folder, keep, `${format}-${seed}-${diedIn}`)
    options.told(diedIn, {
      what: format,
      stage: 'failed',
      codes: [],
      milliseconds: 0,
      memory: 0,
      complaint: why!,
    })
    from = diedIn + 1
  }
}
