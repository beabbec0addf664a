import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { problem, ProblemError, type Problem } from '../../core/problem.js'
import { deviceMemoryProblem, saysDeviceFull } from './device-memory.js'

/** Puts a crash's details where its problem's hint says that they are. A disk that takes no file must not hide the problem itself. */
export const keepCrash = (crashFile: string, text: string): string | undefined => {
  try {
    mkdirSync(dirname(crashFile), { recursive: true })
    writeFileSync(crashFile, text)
    return crashFile
  } catch {
    return undefined
  }
}

// What V8 says when a buffer, a wasm memory, an array or a string can grow no more.
const outOfMemory =
  /array buffer allocation failed|out of memory|could not allocate memory|memory\.grow|invalid (array|string) length|cannot enlarge memory/i

/** Is this a worker that has no memory left, rather than a bug? */
export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error &&
  ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    ((error instanceof RangeError || error.name === 'RuntimeError') && outOfMemory.test(error.message)))

export const memoryProblem = (kind: string, found: string): Problem =>
  problem('worker-out-of-memory', `the worker ran out of memory in a step of kind "${kind}" (${found})`, {
    hint: 'Use a smaller batchSize or a smaller model, or fewer steps at once (--workers 1).',
  })

/** Codes of a step that had too little memory: its worker's, or that of the device. */
const memoryCodes: ReadonlySet<string> = new Set(['worker-out-of-memory', 'out-of-memory'])

/** Did an attempt fail since memory ran out? */
export const ranOutOfMemory = (problems: readonly Problem[]): boolean =>
  problems.some(({ code }) => memoryCodes.has(code))

/** What became of an error that left a step: its problems, no memory, or a bug whose stack goes to a file. */
export const problemsOf = (error: unknown, kind: string, crashFile: string): readonly Problem[] => {
  if (error instanceof ProblemError) return error.problems
  const message = error instanceof Error ? error.message : String(error)
  if (isOutOfMemory(error)) return [memoryProblem(kind, message)]
  if (error instanceof Error && saysDeviceFull(message)) return [deviceMemoryProblem(kind, message)]
  const kept = keepCrash(crashFile, error instanceof Error ? `${error.stack ?? error.message}\n` : message)
  return [
    problem('step-crashed', `kind "${kind}" crashed: ${message}`, {
      hint: kept
        ? `This is a bug of the kind, not of the recipe. Its stack is in ${kept}`
        : 'This is a bug of the kind, not of the recipe.',
    }),
  ]
}
