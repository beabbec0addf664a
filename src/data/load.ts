import type { Path } from '../core/problem.js'
import { ProblemError, problemOfFault } from '../core/problem.js'
import type { Random } from '../core/random.js'
import { attempt } from '../sources/fault.js'
import { classIndices } from '../sources/labels.js'
import { readBody } from '../sources/body.js'
import type { Reading } from '../sources/place.js'
import { readPair } from '../sources/source.js'
import type { Source, Task } from '../sources/tables.js'
import { drawDigits } from './digits.js'
import type { Examples } from './examples.js'
import { readArray, readTargets } from './read-array.js'
import { readCsv } from './read-csv.js'

export interface LoadOptions {
  readonly task: Task
  /** What digits draw from. */
  readonly random: Random
  /** Words of labels, in the order of their indices. */
  readonly classNames?: readonly string[]
  readonly reading: Reading
}

/** A fault found while a body is read, as the problem that ends the step. */
const whole = async <T>(path: Path, read: () => Promise<T>): Promise<T> => {
  const { value, fault } = await attempt(path, read)
  if (fault) throw new ProblemError(problemOfFault(fault))
  return value as T
}

/** Reads a source whole. Throws ProblemError with file and place where its body is not what its header promised. */
export const loadSource = async (source: Source, options: LoadOptions): Promise<Examples> => {
  const none = { labels: new Int32Array(0), targets: new Float32Array(0) }
  if (source.type === 'digits') {
    const drawn = drawDigits(source.examples, source.difficulty, options.random)
    return { ...none, ...drawn, count: source.examples, size: drawn.features.length / source.examples }
  }
  if (source.type === 'csv')
    return whole([], () => readCsv(source, options.task, options.classNames, options.reading))
  const { pair, faults } = await readPair(source, options.task, options.reading)
  if (!pair) throw new ProblemError(...faults.map(problemOfFault))
  const features = await whole([], () => readArray(pair.features))
  const count = pair.features.shape[0]!
  const rest =
    options.task === 'classification'
      ? { labels: await whole([], async () => classIndices(pair.labels, await readBody(pair.labels))) }
      : { targets: await whole([], () => readTargets(pair.labels)) }
  return { ...none, ...rest, count, size: features.length / count, features }
}
