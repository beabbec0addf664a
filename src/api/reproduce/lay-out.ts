import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { digestOf } from '../../core/hash.js'
import { packageFolder } from '../../core/home.js'
import { problem, ProblemError } from '../../core/problem.js'
import { isWithin } from '../../language/paths.js'
import { findShipped } from '../../language/shipped.js'
import type { RunRecord, SourceRef } from '../../store/run-record.js'
import type { Store } from '../../store/store.js'
import type { FoundData } from './find-data.js'
import { linkPackages } from './link-packages.js'

/** A project made of a record, in a folder of its own. */
export interface LaidOut {
  /** The recipe as `plan` takes it. */
  readonly recipe: string
  readonly project: string
  /** Where a path of the record lies now. */
  readonly place: (path: string) => string
  /** Texts that are read in place of those that ship now, by their path. */
  readonly open: (path: string) => string | undefined
  /** Recipes that ship, whose text is another now. */
  readonly otherShipped: readonly string[]
}

const isShipped = ({ path }: SourceRef): boolean => path.startsWith('trimtab:')

/** A text as it was; the file it came from where the store lost it and it still says the same. */
const textOf = async (source: SourceRef, project: string, store: Store): Promise<Uint8Array> => {
  try {
    return await store.objects.get(source.digest)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const shipped = findShipped(source.path)
    const path = shipped ? shipped.path : join(isAbsolute(source.path) ? '' : project, source.path)
    if (path !== undefined && existsSync(path)) {
      const bytes = readFileSync(path)
      if (digestOf(bytes) === source.digest) return bytes
    }
    throw new ProblemError(
      problem('reproduce-source-gone', `the text of ${source.path} is no longer in the store`, {
        hint: 'Name the store that the run was made in with --store, or check that file out as it was.',
      }),
    )
  }
}

/** Does a folder, or what is there of it, lie in another, links followed? */
const isInside = (root: string, folder: string): boolean => {
  let there = folder
  while (!existsSync(there)) there = dirname(there)
  return isWithin(realpathSync(root), realpathSync(there))
}

const write = (path: string, bytes: Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

/**
 * Lays a record's texts out below a folder, each under its whole path as recorded, so that they find one another as
 * they did; data is linked to at its place. Throws ProblemError (`reproduce-source-gone`).
 */
export const layOut = async (
  { asked, instances }: RunRecord,
  store: Store,
  data: readonly FoundData[],
  folder: string,
): Promise<LaidOut> => {
  const root = join(folder, 'root')
  // From the root, so that no `..` of a record that somebody made leads out of the folder.
  const place = (path: string): string => join(root, resolve('/', path))
  const inProject = (path: string): string => place(isAbsolute(path) ? path : join(asked.project, path))
  const shipped = new Map<string, string>()
  const otherShipped: string[] = []
  const written: string[] = []
  for (const source of asked.sources) {
    const bytes = await textOf(source, asked.project, store)
    const now = findShipped(source.path)
    if (isShipped(source) && now?.path !== undefined) {
      shipped.set(realpathSync(now.path), Buffer.from(bytes).toString('utf8'))
      if (digestOf(readFileSync(now.path)) !== source.digest) otherShipped.push(source.path)
    } else if (!isShipped(source)) {
      const path = isAbsolute(source.path) ? source.path : join(asked.project, source.path)
      write(place(path), bytes)
      written.push(path)
    }
  }
  const project = place(asked.project)
  // What tells a project's folder.
  mkdirSync(join(project, '.git'), { recursive: true })
  // The shortest first: a folder of data that is linked as a whole holds the rest of it.
  for (const { path, lies } of data.toSorted((a, b) => a.path.length - b.path.length)) {
    if (lies === undefined || existsSync(place(path))) continue
    // Below a link to somebody's data nothing is made.
    if (!isInside(root, dirname(place(path)))) continue
    mkdirSync(dirname(place(path)), { recursive: true })
    symlinkSync(lies, place(path))
  }
  if (instances.some(({ identity }) => identity?.['module'] !== undefined))
    linkPackages({ project: asked.project, written, place })
  // Plug-ins that find no Trimtab among the packages of their project take this one.
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(packageFolder(), join(folder, 'node_modules', 'trimtab'), 'dir')
  const first = asked.sources[0]!
  return {
    recipe: isShipped(first) ? first.path : inProject(first.path),
    project,
    place,
    open: path => shipped.get(path),
    otherShipped,
  }
}
