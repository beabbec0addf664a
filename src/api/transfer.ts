import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ProblemError, problem, type Problem } from '../core/problem.js'
import { projectOf } from '../language/project.js'
import { readRecipe } from '../language/read.js'
import type { Recipe } from '../language/recipe.js'
import { builtInKinds } from '../steps/index.js'
import { openStore } from '../store/open.js'
import type { RemotedStore } from '../store/remote/exchange.js'
import { chooseRemote, connect } from './connect.js'
import type { PlanOptions } from './options.js'
import { storeFolder } from './store-folder.js'

/** What is to be moved: everything, or what a recipe, a lock or a run names. */
export type Subject =
  | { readonly type: 'all' }
  | { readonly type: 'recipe' | 'lock'; readonly file: string }
  | { readonly type: 'run'; readonly id: string }

/** How far a transfer is. */
export interface Moved {
  readonly results: number
  readonly objects: number
  readonly bytes: number
}

export interface TransferOptions extends Pick<
  PlanOptions,
  'cwd' | 'env' | 'set' | 'sweep' | 'paramsFiles' | 'store' | 'remote'
> {
  readonly subject: Subject
  /** Ends it at once. */
  readonly signal?: AbortSignal
  /** Told now and then while it lasts. */
  readonly onProgress?: (moved: Moved) => void
}

/** What a transfer came to. */
export interface Transfer extends Moved {
  /** True where all of it is at its goal. */
  readonly ok: boolean
  /** The remote, as a person reads it; absent where none was found. */
  readonly remote?: string
  /** Results that were at their goal already. */
  readonly there: number
  readonly failed: number
  readonly runs: number
  readonly problems: readonly Problem[]
}

export const nothing = { results: 0, objects: 0, bytes: 0, there: 0, failed: 0, runs: 0 } as const

/** A name as the command line has it: an existing file is a recipe or a lock, anything else a run. */
export const subjectOf = (named: string, cwd = process.cwd()): Subject => {
  if (/\.lock\.ya?ml$/.test(named)) return { type: 'lock', file: named }
  return named.startsWith('trimtab:') || /\.ya?ml$/.test(named) || existsSync(resolve(cwd, named))
    ? { type: 'recipe', file: named }
    : { type: 'run', id: named }
}

/** What a recipe says of its store; undefined where it cannot be read or says nothing. */
const storeOf = async (file: string, cwd: string): Promise<Recipe['store']> =>
  (await readRecipe({ file, kinds: builtInKinds, cwd, trustPlugins: false })).recipe?.store

const recipesHere = ['recipe.yml', 'recipe.yaml', 'trimtab.yml']

/** The recipe whose remote is meant, as far as one can be told. */
const recipeOf = async (subject: Subject, folder: string, cwd: string): Promise<string | undefined> => {
  if (subject.type === 'recipe') return subject.file
  if (subject.type === 'lock') {
    const beside = subject.file.replace(/\.lock\.(ya?ml)$/, '.$1')
    if (existsSync(resolve(cwd, beside))) return beside
  }
  const recorded =
    subject.type === 'run' && existsSync(folder)
      ? (await (await openStore(folder)).runs.read(subject.id))?.asked.recipe
      : undefined
  if (recorded !== undefined && existsSync(recorded)) return recorded
  return recipesHere.find(name => existsSync(resolve(cwd, name)))
}

/** Folder of the store that is meant. Throws ProblemError (`store-outside`). */
const folderOf = (subject: Subject, { store, cwd = process.cwd() }: TransferOptions): string => {
  const from = subject.type === 'recipe' || subject.type === 'lock' ? resolve(cwd, subject.file, '..') : cwd
  return storeFolder(projectOf(from), store, cwd)
}

/** The store and remote that are meant. Throws ProblemError where there is no remote, or its address is faulty. */
const open = async (options: TransferOptions): Promise<RemotedStore> => {
  const { subject, cwd = process.cwd() } = options
  const folder = folderOf(subject, options)
  const recipe = await recipeOf(subject, folder, cwd)
  const chosen = chooseRemote(options, recipe === undefined ? undefined : await storeOf(recipe, cwd))
  if (!chosen.ok) throw new ProblemError(...chosen.problems)
  if (!chosen.value)
    throw new ProblemError(
      problem('remote-none', 'no remote is named', {
        hint: 'Write `store: {remote: s3://BUCKET/PREFIX}` at the top of the recipe, or give --remote URL.',
      }),
    )
  // What is pushed here is pushed by name, whatever a run would do.
  return connect(await openStore(folder), { address: chosen.value.address, push: true }, options.env)
}

/** Opens the remote, moves, and gives what it came to. A fault ends in the problems. */
export const transferring = async (
  options: TransferOptions,
  move: (store: RemotedStore) => Promise<Omit<Transfer, 'ok' | 'remote'>>,
  moved: (store: RemotedStore) => Moved,
): Promise<Transfer> => {
  let store: RemotedStore
  try {
    store = await open(options)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { ok: false, ...nothing, problems: error.problems }
  }
  const { exchange } = store
  const stop = (): void => exchange.close()
  options.signal?.addEventListener('abort', stop)
  const timer = options.onProgress && setInterval(() => options.onProgress?.(moved(store)), 200)
  try {
    const came = await move(store)
    const problems = [...came.problems, ...exchange.problems()]
    const ok = came.failed === 0 && !exchange.isDown() && !problems.some(each => each.severity === 'error')
    // What a run can do without is all that is asked for here.
    const told = ok ? problems : problems.map(each => ({ ...each, severity: 'error' as const }))
    return { ...came, ok, remote: exchange.name, problems: told }
  } finally {
    clearInterval(timer)
    options.signal?.removeEventListener('abort', stop)
    exchange.close()
  }
}
