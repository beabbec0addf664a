import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { problem, ProblemError, type Problem } from '../core/problem.js'
import { projectOf } from '../language/project.js'
import { fileClock } from '../store/file-clock.js'
import { inventoryOf } from '../store/inventory.js'
import { openStore } from '../store/open.js'
import { parseLock } from '../store/parse-lock.js'
import { digestsIn, planSweep, type Sorted } from '../store/plan-sweep.js'
import type { Store } from '../store/store.js'
import { sweep } from '../store/sweep.js'
import { committedLocks } from './git-locks.js'
import { chooseRuns, type KeptRuns } from './kept-runs.js'
import { storeFolder } from './store-folder.js'

export interface GcOptions {
  readonly cwd?: string
  /** Absent: `.trimtab` of this project. */
  readonly store?: string
  readonly runs: KeptRuns
  /** Branches, tags, commits whose locks count, as patterns. Absent: HEAD and every local branch. */
  readonly refs?: readonly string[]
  /** Further projects that use the store. Those that its runs came from are known. */
  readonly projects?: readonly string[]
  /** Milliseconds: what is younger stays. */
  readonly grace: number
  /** Absent: only says what would go. */
  readonly delete?: boolean
}

/** A lock or run that keeps things. */
export interface Keeper {
  readonly what: 'lock' | 'ref' | 'run'
  readonly name: string
  /** How many of the stored results it names. */
  readonly results: number
}

export interface GcReport {
  readonly store: string
  /** False: it only says what would go. */
  readonly deleted: boolean
  readonly goes: readonly Sorted[]
  readonly stays: readonly Sorted[]
  readonly keepers: readonly Keeper[]
  /** Projects of runs that are not on this machine: their locks were not read. */
  readonly absent: readonly string[]
  /** Runs, and steps being made, that go on meanwhile. */
  readonly living: number
  readonly problems: readonly Problem[]
}

const skipped = new Set(['node_modules', '.git', '.trimtab'])

/** Lock files below a folder; links are not followed. */
const lockFiles = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : lockFiles(path)
    return entry.isFile() && entry.name.endsWith('.lock.yml') ? [path] : []
  })

interface Named {
  readonly what: 'lock' | 'ref'
  readonly name: string
  readonly text: string
}

/** A lock from which no digest can be made out, and which is not known to name none, might name all. */
const check = ({ name, text }: Named): void => {
  if (digestsIn(text).length > 0 || !/^(trimtab|recipe|version):/m.test(text)) return
  const read = parseLock(text, name)
  if (!read.ok) throw new ProblemError(...read.problems)
}

const locksOf = async (project: string, refs: readonly string[] | undefined): Promise<readonly Named[]> => {
  const here = lockFiles(project).map(path => ({
    what: 'lock' as const,
    name: path,
    text: readFileSync(path, 'utf8'),
  }))
  const isRepository = existsSync(join(projectOf(project), '.git')) || existsSync(join(project, '.git'))
  const committed = isRepository && refs?.length !== 0 ? await committedLocks(project, refs) : []
  const found: Named[] = [
    ...here,
    ...committed.map(({ ref, path, text }) => ({ what: 'ref' as const, name: `${ref}:${path}`, text })),
  ]
  for (const each of found) check(each)
  return found
}

const runsIn = (text: string): string[] => text.match(/\b\d{8}-\d{6}-[0-9a-z]{4}\b/g) ?? []

/** Everything that names what must stay, and how many of the results that are there each names. */
const keepersOf = async (store: Store, options: GcOptions, project: string) => {
  const items = await inventoryOf(store.folder)
  const now = await fileClock(store.folder).catch(() => Date.now())
  const runs = items.filter(({ what }) => what === 'run')
  const chosen = chooseRuns(options.runs, runs, now)
  const given = (options.projects ?? []).map(each => resolve(options.cwd ?? '.', each))
  for (const each of given)
    if (!existsSync(each))
      throw new ProblemError(
        problem('gc-project-missing', `there is no folder ${each}, whose locks were to count`),
      )
  const all = [...new Set([project, ...given, ...chosen.projects])]
  const there = all.filter(each => existsSync(each))
  const named: Named[] = []
  // The refs that were asked for are this project's; others may have none of that name.
  for (const each of there) named.push(...(await locksOf(each, each === project ? options.refs : undefined)))

  const results = new Set(items.filter(({ what }) => what === 'result').map(({ name }) => name))
  const count = (digests: readonly string[]): number =>
    new Set(digests.filter(each => results.has(each))).size
  const keepers: Keeper[] = named.map(({ what, name, text }) => ({
    what,
    name,
    results: count(digestsIn(text)),
  }))
  const ids = new Set(chosen.ids)
  const digests = new Set<string>()
  for (const { text } of named) {
    for (const each of digestsIn(text)) digests.add(each)
    // Runs whose figures were accepted stay to be looked at.
    for (const each of runsIn(text)) ids.add(each)
  }
  for (const { name, path } of runs) {
    const record = join(path, 'run.json')
    if (!ids.has(name) || !existsSync(record)) continue
    keepers.push({ what: 'run', name, results: count(digestsIn(readFileSync(record, 'utf8'))) })
  }
  return { named: digests, runs: ids, keepers, absent: all.filter(each => !there.includes(each)) }
}

const look = async (store: Store, options: GcOptions, project: string, surely: boolean) => {
  // First of all: a run that ends from here on still counts, and one that begins sees the sweep and waits.
  const living = (await store.claims.living(surely)).filter(({ name }) => name !== 'gc')
  const { named, runs, keepers, absent } = await keepersOf(store, options, project)
  const plan = await planSweep(store, { living, named, runs, grace: options.grace })
  return { store: store.folder, ...plan, keepers, absent, living: living.length }
}

const busy = (holder: { readonly pid: number; readonly hostname: string } | undefined): ProblemError =>
  new ProblemError(
    problem(
      'gc-running',
      `another trimtab gc is at work${holder ? ` (PID ${holder.pid} on ${holder.hostname})` : ''}`,
      {
        hint: 'Wait until it has ended.',
      },
    ),
  )

/**
 * Makes room in a store: what no lock, no kept run and no living run needs goes. Undefined where nothing has run yet.
 * Throws ProblemError where it cannot tell what must stay: nothing is deleted then.
 */
export const gc = async (options: GcOptions): Promise<GcReport | undefined> => {
  const cwd = options.cwd ?? process.cwd()
  const project = projectOf(cwd)
  const folder = storeFolder(project, options.store, cwd)
  if (!existsSync(folder)) return undefined
  const store = await openStore(folder)
  if (!options.delete)
    return { ...(await look(store, options, project, false)), deleted: false, problems: [] }
  const begun = await store.sweeps.begin()
  if ('held' in begun) throw busy(begun.held.holder)
  try {
    const looked = await look(store, options, project, true)
    const { deleted, problems } = await sweep(folder, looked.goes, begun.claim)
    return { ...looked, goes: deleted, deleted: true, problems }
  } finally {
    await begun.claim.release()
  }
}
