import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../../src/core/home.js'

/** How one run of the command ended. */
export interface Played {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** It did not end by itself in time, and was ended. */
  readonly hung: boolean
  /** Processes of it that were there a second after it had gone; ended since. */
  readonly left: readonly number[]
  readonly seconds: number
}

export interface PlayOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds after its start at which it is killed with SIGKILL. Absent: not at all. */
  readonly killAfter?: number
  /** Called once it has started, with its process id. */
  readonly during?: (pid: number) => void
  /** Runs as this user: root is refused nothing. */
  readonly uid?: number
}

/** Milliseconds after which a run of the subject counts as hung, on a machine that does much besides. */
const patience = 120_000
const mark = 'TRIMTAB_TRIAL'

const pause = (milliseconds: number): Promise<void> => new Promise(go => setTimeout(go, milliseconds))

/** Processes that carry a trial's mark in their environment. */
const marked = (id: string): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => {
      try {
        const state = /^State:\s+(\w)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]
        return state !== 'Z' && readFileSync(`/proc/${name}/environ`, 'latin1').includes(`${mark}=${id}`)
      } catch {
        return false
      }
    })
    .map(Number)

const endLeft = async (id: string): Promise<readonly number[]> => {
  for (let waited = 0; waited < 3000 && marked(id).length > 0; waited += 100) await pause(100)
  const left = marked(id)
  for (const pid of left) process.kill(pid, 'SIGKILL')
  return left
}

/** Runs the real command in a folder, and kills it when told to. */
export const play = async (folder: string, options: PlayOptions = {}): Promise<Played> => {
  const id = randomUUID()
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [join(packageFolder(), 'bin/trimtab.js'), ...(options.args ?? ['run', '--json'])],
    {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', [mark]: id, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    },
  )
  let stdout = ''
  let stderr = ''
  let hung = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const kill =
    options.killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfter)
  const limit = setTimeout(() => {
    hung = true
    child.kill('SIGKILL')
  }, patience)
  if (child.pid !== undefined) options.during?.(child.pid)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, broken) => {
    child.once('error', broken)
    child.once('close', (exit, by) => done([exit, by]))
  })
  clearTimeout(kill)
  clearTimeout(limit)
  const seconds = (performance.now() - began) / 1000
  return { code, signal, stdout, stderr, hung, left: await endLeft(id), seconds }
}

/** Worker processes of a command that runs. */
export const workersOf = (parent: number): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
        return Number(fields[1]) === parent
      } catch {
        return false
      }
    })
    .map(Number)
