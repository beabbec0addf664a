import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Key } from '../../src/core/brand.js'
import type { Moment } from '../../src/core/checkpoint.js'
import { digestValue } from '../../src/core/hash.js'
import type { StepFile } from '../../src/core/step-file.js'
import type { Hooks, Host } from '../../src/run/lanes/host.js'
import { processHost } from '../../src/run/lanes/process-host.js'
import { sharedObjects } from '../../src/run/lanes/shared-objects.js'
import { threadHost } from '../../src/run/lanes/thread-host.js'
import type { Assignment, Ended } from '../../src/run/worker/protocol.js'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { faulty } from './kinds/faulty.js'

/** An attempt at the faulty kind, in a store of its own. */
export const faultyAssignment = (mood: string, more: Record<string, unknown> = {}): Assignment => {
  const folder = emptyFolder()
  const config = { mood, megabytes: 0, scratch: join(folder, 'scratch'), ...more }
  const step: StepFile = {
    instance: mood,
    kind: 'faulty',
    key: digestValue(config) as string as Key,
    config,
    inputs: {},
    files: {},
    seed: 1,
    engine: { name: 'cpu', version: '' },
    threads: 1,
    module: faulty.module!,
  }
  return { step, store: join(folder, 'store'), crashFile: join(folder, 'run', 'crash.txt') }
}

export interface Watched {
  readonly hooks: Hooks
  readonly soft: AbortController
  readonly hard: AbortController
  readonly logs: string[]
  readonly progress: object[]
  readonly resumed: readonly Moment[]
  /** Resolves with the first log line. */
  readonly spoke: Promise<void>
}

export const watch = (): Watched => {
  const soft = new AbortController()
  const hard = new AbortController()
  const logs: string[] = []
  const progress: object[] = []
  const resumed: Moment[] = []
  let heard = (): void => undefined
  const spoke = new Promise<void>(resolve => (heard = resolve))
  return {
    soft,
    hard,
    logs,
    progress,
    resumed,
    spoke,
    hooks: {
      soft: soft.signal,
      hard: hard.signal,
      progress: each => {
        progress.push(each)
        heard()
      },
      log: (level, message) => {
        logs.push(`${level}: ${message}`)
        heard()
      },
      resumed: from => void resumed.push(from),
    },
  }
}

export const newThread = async (heapMegabytes = 64): Promise<Host> => {
  const objects = sharedObjects(await openStore(emptyFolder()))
  return threadHost({ heapMegabytes, open: digest => objects.open(digest) })
}

export const newProcess = (silence = 60_000): Host => processHost({ heapMegabytes: 64, silence })

/** What a failed attempt says, as `code: message`. */
export const said = (ended: Ended): string =>
  ended.type === 'failed'
    ? ended.problems.map(({ code, message }) => `${code}: ${message}`).join('\n')
    : ended.type

/** Child processes of this one, by id, without zombies. Empty where the system has no /proc. */
export const childProcesses = (): number[] =>
  existsSync('/proc/self/stat')
    ? readdirSync('/proc')
        .filter(name => /^\d+$/.test(name))
        .flatMap(name => {
          try {
            const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
              .replace(/^.*\) /, '')
              .split(' ')
            return Number(parent) === process.pid && state !== 'Z' ? [Number(name)] : []
          } catch {
            return []
          }
        })
    : []

/** Threads and channels that still keep this process alive once ended ones have had time to be counted off. */
export const liveThreads = async (): Promise<number> => {
  const alive = (): number =>
    process.getActiveResourcesInfo().filter(name => name === 'Worker' || name === 'MessagePort').length
  for (let waits = 0; alive() > 0 && waits < 100; waits++) await new Promise(done => setTimeout(done, 50))
  return alive()
}
