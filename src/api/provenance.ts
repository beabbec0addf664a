import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { digestOf } from '../core/hash.js'
import { fail } from '../core/problem.js'
import { crateOf, type CrateOptions } from '../report/provenance/crate.js'
import { localBuilder, statementOf } from '../report/provenance/statement.js'
import type { RunRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import { isWithin } from '../language/paths.js'
import { writeFileSafely } from '../store/write-file.js'
import { storeHere } from './records.js'

export interface ProvenanceOptions extends Partial<Pick<CrateOptions, 'objects' | 'license' | 'agent'>> {
  /** Id of a run, the beginning of one, or `latest`. */
  readonly run: string
  /** Folder of the crate, which must be empty or not there; path of the statement. Absent: named after the run. */
  readonly out?: string
  /** URI of who built it, for SLSA. Absent: a machine that nobody vouches for. */
  readonly builder?: string
  /** Folder of the store. Absent: `.trimtab` of the project. */
  readonly store?: string
  readonly cwd?: string
}

/** What was written. */
export interface Exported {
  readonly run: string
  readonly path: string
  readonly files: number
  readonly bytes: number
}

const textOf = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

const open = async ({ run, store: folder, cwd = process.cwd() }: ProvenanceOptions) => {
  const store = await storeHere(folder, cwd)
  const record = await store?.runs.read(run)
  return store && record
    ? { store, record }
    : fail('run-missing', `there is no run "${run}" here`, '`trimtab runs` lists them.')
}

const recordText = (record: RunRecord): string => `${JSON.stringify(record, undefined, 1)}\n`

/** Writes one object where a crate has it. Throws ProblemError where the store has lost it. */
const copy = async (store: Store, digest: string, path: string): Promise<number> => {
  const bytes = await store.objects.get(digest as never)
  await writeFileSafely(path, bytes)
  return bytes.length
}

/** Writes a run as a Workflow Run RO-Crate. Throws ProblemError: no such run, a folder that holds something, an object gone. */
export const exportCrate = async (options: ProvenanceOptions): Promise<Exported> => {
  const { store, record } = await open(options)
  const path = resolve(options.cwd ?? process.cwd(), options.out ?? `crate-${record.id}`)
  if (existsSync(path) && (!statSync(path).isDirectory() || readdirSync(path).length > 0))
    return fail('folder-not-empty', `${path} is there and holds something`, 'Name another folder.')
  const { metadata, readme, files } = crateOf({
    record,
    journal: await store.runs.journal(record.id),
    objects: options.objects ?? 'models',
    license: options.license ?? 'No licence is stated.',
    ...(options.agent === undefined ? {} : { agent: options.agent }),
  })
  mkdirSync(path, { recursive: true })
  let bytes = 0
  for (const { path: way, digest } of files) {
    const target = join(path, way)
    // Names of a record that somebody made must not lead out of the crate.
    if (!isWithin(path, target))
      fail('record-invalid', `run ${record.id} names a file "${way}", outside of its crate`)
    bytes += await copy(store, digest, target)
  }
  const texts = {
    'README.md': readme,
    'run.json': recordText(record),
    'ro-crate-metadata.json': textOf(metadata),
  }
  // The metadata comes last: a folder without it is no crate.
  for (const [name, text] of Object.entries(texts)) {
    await writeFileSafely(join(path, name), text)
    bytes += Buffer.byteLength(text)
  }
  return { run: record.id, path, files: files.length + Object.keys(texts).length, bytes }
}

/** Writes a run as an unsigned in-toto statement with SLSA provenance. Throws ProblemError where there is no such run. */
export const exportStatement = async (options: ProvenanceOptions): Promise<Exported> => {
  const { record } = await open(options)
  const path = resolve(options.cwd ?? process.cwd(), options.out ?? `provenance-${record.id}.json`)
  const text = textOf(statementOf(record, digestOf(recordText(record)), options.builder ?? localBuilder))
  await writeFileSafely(path, text)
  return { run: record.id, path, files: 1, bytes: Buffer.byteLength(text) }
}
