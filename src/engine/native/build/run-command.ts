import { spawn } from 'node:child_process'

export interface Ran {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined
  readonly signal: string | undefined
  readonly out: string
  /** The end of what it wrote to standard error. */
  readonly err: string
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Ends the command. */
  readonly signal?: AbortSignal
  /** Each piece of standard output as it comes. */
  readonly onOut?: (text: string) => void
}

const most = 65_536

/** Runs a program to its end, whatever that is. Undefined where there is no such program. Throws where `signal` aborts. */
export const runCommand = (
  command: string,
  args: readonly string[],
  { env, cwd, signal, onOut }: CommandOptions = {},
): Promise<Ran | undefined> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      killSignal: 'SIGKILL',
      ...(cwd === undefined ? {} : { cwd }),
      ...(signal === undefined ? {} : { signal }),
    })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out = (out + text).slice(-most)
      onOut?.(text)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err = (err + text).slice(-most)))
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(undefined)
      else if (error.name !== 'AbortError') reject(error)
    })
    child.on('close', (code, ending) => {
      if (signal?.aborted) reject(signal.reason as Error)
      else resolve({ code: code ?? undefined, signal: ending ?? undefined, out, err })
    })
  })
