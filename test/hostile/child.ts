// A process that examines cases one after another and tells what came of each, so that one that runs out of memory
// or never ends takes only this process along.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stream } from '../../src/core/random.js'
import type { Generate } from './case.js'
import { csvCase } from './csv-cases.js'
import { examiner, type Outcome } from './examine.js'
import { idxCase } from './idx-cases.js'
import { keepCase } from './keep-case.js'
import { npyCase } from './npy-cases.js'
import { tfjsCase } from './tfjs-cases.js'
import type { Base } from './tfjs-bases.js'

export type Format = 'tfjs' | 'idx' | 'npy' | 'csv'

/** What the child is to do: cases `[from, to)` of a format. */
export interface Task {
  readonly folder: string
  readonly format: Format
  readonly seed: number
  readonly from: number
  readonly to: number
  /** Where the files of cases that are complained of are kept; absent: nowhere. */
  readonly keep?: string
}

/** A case begins, or this came of it. */
export type Told = { readonly index: number } & (
  { readonly what: string; readonly outcome?: never } | { readonly outcome: Outcome }
)

const generatorOf = (folder: string, format: Format): Generate => {
  if (format === 'idx') return idxCase
  if (format === 'npy') return npyCase
  if (format === 'csv') return csvCase
  return tfjsCase(JSON.parse(readFileSync(join(folder, 'bases.json'), 'utf8')) as Base[])
}

/** Cases before the first: what is loaded and compiled once is not theirs to answer for. */
const warmUp = 12

const work = async ({ folder, format, seed, from, to, keep }: Task): Promise<void> => {
  const examine = await examiner(folder)
  const generate = generatorOf(folder, format)
  const caseAt = (index: number) => generate(stream(seed, 'hostile', format, index))
  for (let index = 0, left = warmUp; left > 0; index++) {
    const hostile = generate(stream(0, 'warm', format, index))
    if (!hostile.sound) continue
    await examine(hostile)
    left--
  }
  for (let index = from; index < to; index++) {
    const hostile = caseAt(index)
    process.send!({ index, what: hostile.what } satisfies Told)
    const outcome = await examine(hostile)
    if (outcome.complaint !== undefined && keep !== undefined)
      keepCase(folder, keep, `${format}-${seed}-${index}`)
    process.send!({ index, outcome } satisfies Told)
  }
  process.disconnect()
}

process.once('message', (task: Task) => void work(task))
