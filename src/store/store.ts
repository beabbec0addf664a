import type { Artifact } from '../core/artifact.js'
import type { Digest, InstanceId, Key } from '../core/brand.js'
import type { Event } from '../core/event.js'
import type { Problem } from '../core/problem.js'
import type { StepOutput } from '../core/step-file.js'
import type { Claims } from './claims.js'
import type { StoredCheckpoints } from './checkpoints.js'
import type { Digested } from './digest-file.js'
import type { RunRecord } from './run-record.js'
import type { UnfinishedRun } from './unfinished.js'
import type { Sweeps } from './sweeps.js'

/** A step's output as it is kept under its key. */
export interface StoredResult {
  readonly key: Key
  readonly kind: string
  /** Instance that made it first. */
  readonly instance: InstanceId
  readonly output: StepOutput
  readonly seconds: number
  /** What entered the key, field by field: for `--explain`. */
  readonly parts: Readonly<Record<string, unknown>>
}

/** Content-addressed objects: written beside, synced, renamed; never changed. */
export interface Objects {
  /** Writes what is not there yet, and syncs its bytes; its name is durable once it is settled. */
  put(bytes: Uint8Array): Promise<Digest>
  /** Makes the names of objects durable; to be called before something is kept that names them. Saving a result does so. */
  settle(digests: Iterable<Digest>): Promise<void>
  /** Verified bytes. Throws ProblemError where the object is gone or damaged. */
  get(digest: Digest): Promise<Uint8Array>
  /**
   * Undefined where the object is there and whole; otherwise the problem, a damaged one being moved to `damaged/`.
   * `remembered`: it is not read where its size and times are those at which it was read before.
   */
  check(digest: Digest, how: 'read' | 'remembered'): Promise<Problem | undefined>
  /** Is it there with the right bytes? Reads it, whatever is remembered of it. */
  verify(digest: Digest): Promise<boolean>
  path(digest: Digest): string
}

/** What a stored result is, without its body. */
export interface ResultHead {
  readonly key: Key
  readonly kind: string
  readonly instance: InstanceId
  /** When it was stored, in milliseconds since the epoch. For people, and to tell the newest. */
  readonly saved: number
}

export interface Results {
  /** A result whose every object is there and verified; undefined otherwise, with the damage said in `problems`. */
  find(key: Key): Promise<{ readonly result?: StoredResult; readonly problems: readonly Problem[] }>
  save(result: StoredResult): Promise<void>
  /** Where a key's result lies. */
  path(key: Key): string
  /** How many results are stored, damaged ones too. */
  count(): number
  /** Every result, newest first; reads a little of each file. Damaged ones are left out. */
  heads(): readonly ResultHead[]
  /**
   * Asks a remote for keys that are not here, all at once, so that `find` does not go there for each. By key, what is
   * stored there or here, its objects here unchecked. Absent: there is no remote.
   */
  ask?(keys: readonly Key[]): Promise<ReadonlyMap<Key, StoredResult>>
  /** What was stored under a key, its objects unchecked; undefined where nothing is, or it is damaged. Moves nothing. */
  peek(key: Key): StoredResult | undefined
}

/** An open run: its journal is appended to, its record is written when it ends. */
export interface OpenRun {
  readonly id: string
  append(event: Event): void
  /** Says that this run needs the results of these keys, these objects: while it lives, `gc` keeps them. */
  hold(needed: Iterable<Key | Digest>): void
  /** Ends the journal and writes the record beside and renames it. */
  close(record: RunRecord): Promise<void>
}

export interface Runs {
  /** A new run: its id sorts by time (`20261123-235959-ab12`). */
  open(started: Date): Promise<OpenRun>
  /** Records of runs that ended, oldest first. */
  list(): Promise<readonly RunRecord[]>
  /** By id, a unique beginning of one, `latest`, or `latest~1` for the one before it; undefined where there is none. Throws ProblemError where several begin so. */
  read(id: string): Promise<RunRecord | undefined>
  journal(id: string): Promise<readonly Event[]>
  /** Every run's, oldest first, whether it ended or not. */
  ids(): readonly string[]
  /** Where a run's record lies, once it has one. */
  recordPath(id: string): string
  /** Runs without a record, oldest first: those that go on, were cut off, or whose record is damaged. */
  unfinished(): Promise<readonly UnfinishedRun[]>
}

/** A step's result on its way to a remote, or from there. */
export interface Exchange {
  /** The remote, as a person reads it. */
  readonly name: string
  /** True for a result that was found at the remote and whose objects stay there until they are needed. */
  isElsewhere(key: Key): boolean
  /**
   * Brings results here, with all of their objects, verified. Gives the keys of those that could not be had whole and
   * right: they are no hits any more.
   */
  bring(results: Iterable<StoredResult>): Promise<readonly Key[]>
  /** From now on a result is found at the remote only by being brought here. */
  bringAll(): void
  /** Puts a result that is here at the remote, in the background, unless it is known to be there. */
  push(result: StoredResult): void
  /** How many results are on their way. */
  waiting(): number
  /** Resolves when nothing is on its way any more, or was given up. */
  settle(): Promise<void>
  /** Puts a run's record and journal there, with the texts of its recipe. False where it is not there. */
  pushRun(id: string): Promise<boolean>
  /** Warnings so far, each once. */
  problems(): readonly Problem[]
  /** Ends all that is under way. */
  close(): void
}

export interface Store {
  /** The `.trimtab` folder. */
  readonly folder: string
  readonly objects: Objects
  readonly results: Results
  readonly runs: Runs
  /** Absent: there is no remote. */
  readonly exchange?: Exchange
  readonly claims: Claims
  readonly sweeps: Sweeps
  readonly checkpoints: StoredCheckpoints
  /**
   * Digest and size of any file, such as the user's data. It is read only where its size, times or inode are not those
   * at which this store last saw it read. Errors are the file system's own.
   */
  digestFile(path: string): Promise<Digested>
}

export type { Artifact }
