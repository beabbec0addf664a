import type { Fault, Path, Span } from '../core/problem.js'

/** A fault of a file, found deep inside a reader. Stays within the rooms that read files: `attempt` makes it a value. */
export class Unreadable extends Error {
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.message)
    this.name = 'Unreadable'
    this.fault = fault
  }
}

/** Leave a reader with a fault. `path` is relative to the config that names the file. */
export const unreadable = (
  code: string,
  message: string,
  more: { hint?: string; path?: Path; within?: Span } = {},
): never => {
  throw new Unreadable({ code, message, ...more })
}

export type Attempt<T> =
  { readonly value: T; readonly fault?: undefined } | { readonly value?: undefined; readonly fault: Fault }

/** What a reader gave, or the fault that it left with, its path under `path`. Bugs go on as throws. */
export const attempt = async <T>(path: Path, read: () => Promise<T>): Promise<Attempt<T>> => {
  try {
    return { value: await read() }
  } catch (error) {
    if (error instanceof Unreadable)
      return { fault: { ...error.fault, path: [...path, ...(error.fault.path ?? [])] } }
    throw error
  }
}
