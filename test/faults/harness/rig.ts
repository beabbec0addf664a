import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFolder } from '../../../src/core/home.js'
import type { Random } from '../../../src/core/random.js'
import { play, type Played, type PlayOptions } from './play.js'
import { finalsOf, newestRecord, wrongIn } from './state.js'
import { writeSubject } from './subject.js'

/** What all trials compare with: the run that nothing disturbed. */
export interface Rig {
  /** A project whose store holds everything. */
  readonly finished: string
  readonly finals: string
  /** Seconds that the undisturbed run took. */
  readonly seconds: number
  /** A project in a folder of its own; `finished`: with the whole store. The caller removes it. */
  project(from: 'empty' | 'finished'): string
  /** Stops what was started for trials. */
  close(): Promise<void>
  /** Called at the end. */
  atClose(work: () => Promise<void>): void
}

/** What came of one trial. */
export interface Trial {
  /** In a word or two, to be counted: which problem was said, what happened. */
  readonly became: string
  /** Faults that were set: kills, flips, cuts. */
  readonly faults: number
  /** What must not be. */
  readonly complaints: readonly string[]
}

/** One way of disturbing a run. */
export type Injection = (rig: Rig, random: Random) => Promise<Trial>

const codes = new Set(
  [
    ...readFileSync(join(packageFolder(), 'docs/problems.md'), 'utf8').matchAll(/^\| `([a-z0-9-]+)` \|/gm),
  ].map(([, code]) => code!),
)

/** What a plan foresees, before anything is wrong. */
const foreseen = new Set(['disk-short', 'memory-short'])

/** The documented problem that a run told of; undefined where it told of none. */
export const problemIn = ({ stdout, stderr }: Played): string | undefined =>
  [...`${stderr}\n${stdout}`.matchAll(/\[([a-z0-9-]+)\]|"code":"([a-z0-9-]+)"/g)]
    .map(([, a, b]) => a ?? b ?? '')
    .find(code => codes.has(code) && !foreseen.has(code))

/** What must not be of any run, however it was disturbed. */
export const complaintsOf = (played: Played): string[] => {
  const { code, signal, stderr, stdout, hung, left } = played
  const complaints: string[] = []
  if (hung) complaints.push('it hung')
  if (left.length > 0) complaints.push(`${left.length} processes were left behind`)
  if (/^ {4}at \S/m.test(stderr) || /\\n {4}at \S/.test(stdout))
    complaints.push(`it printed a stack:\n${stderr}`)
  if (code === 70) complaints.push(`it had a bug:\n${stderr}`)
  if (code !== null && code !== 0 && problemIn(played) === undefined)
    complaints.push(`it ended with ${code} and named no problem:\n${stderr}`)
  if (signal !== null && signal !== 'SIGKILL') complaints.push(`${signal} ended it`)
  return complaints
}

export const run = (folder: string, options: PlayOptions = {}): Promise<Played> => play(folder, options)

/** Runs once more with nothing in its way: it must come to the bits of the undisturbed run, and leave a whole store. */
export const settle = async (
  rig: Rig,
  folder: string,
  store = join(folder, '.trimtab'),
): Promise<string[]> => {
  const played = await run(folder, { args: ['run', '--json', '--store', store] })
  const complaints = complaintsOf(played)
  if (played.code !== 0) complaints.push(`the run after it ended with ${played.code}:\n${played.stderr}`)
  const record = newestRecord(store)
  if (!record || finalsOf(record) !== rig.finals) complaints.push('the run after it came to other bits')
  return [...complaints, ...wrongIn(store).map(each => `afterwards ${each}`)]
}

/** Plays the undisturbed run and measures it. */
export const makeRig = async (checkpoint: boolean): Promise<Rig> => {
  const base = mkdtempSync(join(tmpdir(), 'trimtab-faults-'))
  const finished = join(base, 'finished')
  writeSubject(finished, packageFolder(), checkpoint)
  const played = await play(finished)
  const record = newestRecord(join(finished, '.trimtab'))
  if (played.code !== 0 || !record) {
    rmSync(base, { recursive: true, force: true })
    throw new Error(`the undisturbed run ended with ${played.code}:\n${played.stderr}`)
  }
  let count = 0
  const closing: (() => Promise<void>)[] = []
  return {
    finished,
    finals: finalsOf(record),
    seconds: played.seconds,
    project: from => {
      const folder = join(base, `trial-${(count += 1)}`)
      if (from === 'finished') cpSync(finished, folder, { recursive: true, preserveTimestamps: true })
      else writeSubject(folder, packageFolder(), checkpoint)
      return folder
    },
    atClose: work => void closing.push(work),
    close: async () => {
      for (const work of closing) await work()
      rmSync(base, { recursive: true, force: true })
    },
  }
}
