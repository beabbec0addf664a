import { format } from 'node:util'

type Log = (level: 'info' | 'warning', message: string) => void

let current: Log | undefined

/**
 * What a library or a plug-in prints becomes a log event of the step that runs: the terminal and standard output belong
 * to the reports. Undefined: nobody runs, and what is printed is lost.
 */
export const consoleInto = (log: Log | undefined): void => {
  current = log
}

for (const name of ['log', 'info', 'debug', 'warn', 'error'] as const) {
  console[name] = (...what: unknown[]) =>
    current?.(name === 'warn' || name === 'error' ? 'warning' : 'info', format(...what))
}
