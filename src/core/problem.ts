import { shorten } from './shorten.js'

/** A stretch of a text file. Lines and columns count from 1; the end is exclusive. */
export interface Span {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** Where a value stands inside a configuration: keys and list indices from its root. */
export type Path = readonly (string | number)[]

/**
 * A fault of the user's, as plain data that survives a worker boundary.
 * No `at`: the fault has no place in a file (a wrong flag, a full disk).
 */
export interface Problem {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly at?: Span
  /** The lines around `at`, ready to print; absent where the file's text is not at hand. */
  readonly frame?: string
  readonly hint?: string
}

/**
 * A problem that does not know its file yet: a step kind's checks see only their own config, so they name
 * a path inside it and the planner turns that into a span. No `path`: the step as a whole.
 */
export interface Fault {
  readonly code: string
  readonly severity?: 'error' | 'warning'
  readonly message: string
  readonly path?: Path
  /** `key`: the place is the key that the path ends with. Absent: what stands behind it. */
  readonly on?: 'key' | 'value'
  readonly hint?: string
  /** Where it stands in the file that the config names, where that is a text. */
  readonly within?: Span
}

/** A problem of severity error; the short way to write one. */
export const problem = (
  code: string,
  message: string,
  more: Partial<Omit<Problem, 'code' | 'message'>> = {},
): Problem => ({
  code,
  severity: 'error',
  message,
  ...more,
})

/** A fault found while a step runs, as a problem: its place is the one in the data, where it has one. */
export const problemOfFault = ({ code, severity = 'error', message, hint, within }: Fault): Problem => ({
  code,
  severity,
  message: shorten(message),
  ...(hint === undefined ? {} : { hint: shorten(hint) }),
  ...(within === undefined ? {} : { at: within }),
})

/**
 * Carries problems out of code that runs deep inside a step (a loader in mid-file), up to the worker's edge,
 * where they become values again. Never crosses a worker boundary itself: structured clone drops its fields.
 */
export class ProblemError extends Error {
  readonly problems: readonly Problem[]

  constructor(...problems: Problem[]) {
    super(problems.map(each => each.message).join('; '))
    this.name = 'ProblemError'
    this.problems = problems
  }
}

/** Throw one problem from inside a step's run. */
export const fail = (code: string, message: string, hint?: string): never => {
  throw new ProblemError(problem(code, message, hint === undefined ? {} : { hint }))
}
