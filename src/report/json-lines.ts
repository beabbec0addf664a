import type { Event } from '../core/event.js'

/** Events as JSON lines: one a line, as they happen. */
export const jsonLines =
  (write: (text: string) => void) =>
  (event: Event): void =>
    write(`${JSON.stringify(event)}\n`)
