import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Errand } from './executor.js'

export interface Told {
  readonly type: string
  readonly instance?: string
  readonly pid?: number
  readonly became?: Readonly<Record<string, string>>
  readonly digests?: Readonly<Record<string, string>>
}

export interface Executor {
  readonly process: ChildProcess
  readonly told: readonly Told[]
  /** Resolves with the first event of a type. */
  heard(type: string): Promise<Told>
  /** Resolves once the process has ended, with what became of its steps. */
  readonly ended: Promise<{ readonly code: number | null; readonly last: Told | undefined }>
}

/** Starts a process that runs steps on a store. */
export const startExecutor = (errand: Errand): Executor => {
  const script = join(fileURLToPath(new URL('.', import.meta.url)), 'executor.js')
  const child = spawn(process.execPath, [script, JSON.stringify(errand)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const told: Told[] = []
  let wake: (() => void)[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', line => {
    told.push(JSON.parse(line) as Told)
    for (const each of wake) each()
    wake = []
  })
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]).then(([[code]]) => ({
    code: code as number | null,
    last: told.find(({ type }) => type === 'became'),
  }))
  return {
    process: child,
    told,
    ended,
    heard: async type => {
      for (;;) {
        const found = told.find(each => each.type === type)
        if (found) return found
        if (child.exitCode !== null) throw new Error(`it ended before it said "${type}"`)
        await Promise.race([new Promise<void>(done => wake.push(done)), ended])
      }
    },
  }
}

/** Lines of a file; none where it is not there yet. */
export const linesOf = (file: string): string[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(line => line !== '')
    : []

/** Resolves once a file has so many lines. */
export const hasLines = async (file: string, count: number): Promise<void> => {
  while (linesOf(file).length < count) await sleep(20)
}

/** What lies in a folder of a store. */
export const filesIn = (folder: string, name: string): string[] =>
  existsSync(join(folder, name)) ? readdirSync(join(folder, name)) : []
