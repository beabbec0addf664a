import { resolve } from 'node:path'
import { problem, type Problem } from '../core/problem.js'
import { parseRemote, type RemoteAddress } from '../core/remote-address.js'
import { failed, ok, type Result } from '../core/result.js'
import type { Recipe } from '../language/recipe.js'
import { openStore } from '../store/open.js'
import type { RemotedStore } from '../store/remote/exchange.js'
import type { Store } from '../store/store.js'
import type { PlanOptions } from './options.js'

/** Where results are shared, and whether runs put theirs there. */
export interface RemoteChoice {
  readonly address: RemoteAddress
  readonly push: boolean
}

type Asked = Pick<PlanOptions, 'remote' | 'push' | 'env' | 'cwd'>

/**
 * The remote that is meant: of the command line, else `TRIMTAB_REMOTE`, else of the recipe. The first two take the place
 * of all that the recipe says but `push`. Undefined: none.
 */
export const chooseRemote = (
  { remote, push, env = process.env, cwd = process.cwd() }: Asked,
  written: Recipe['store'],
): Result<RemoteChoice | undefined> => {
  const named = remote ?? env['TRIMTAB_REMOTE']
  const puts = push ?? written?.push !== 'never'
  if (named === undefined || named === '') return ok(written && { address: written.remote, push: puts })
  if (named === 'none') return ok(undefined)
  const parsed = parseRemote(named, resolve(cwd))
  if ('address' in parsed) return ok({ address: parsed.address, push: puts })
  const { code, message, hint } = parsed.fault
  const from = remote === undefined ? 'TRIMTAB_REMOTE' : '--remote'
  return failed(problem(code, `${from}: ${message}`, { hint }))
}

/** A store with a remote behind it. The remote is asked nothing yet. */
export const connect = async (
  local: Store,
  { address, push }: RemoteChoice,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<RemotedStore> => {
  const [{ openRemote }, { addRemote }, { patienceOf }] = await Promise.all([
    import('../store/remote/open.js'),
    import('../store/remote/exchange.js'),
    import('../store/remote/patience.js'),
  ])
  const patience = patienceOf(env)
  return addRemote(local, await openRemote(address, { patience, env }), { patience, push })
}

export interface Opened {
  readonly store: Store | RemotedStore
  readonly problems: readonly Problem[]
}

/** The store at a folder, with the remote that is meant behind it. Where that is faulty, the store is this machine's alone. */
export const openStoreFor = async (
  folder: string,
  options: Asked,
  written: Recipe['store'],
): Promise<Opened> => {
  const local = await openStore(folder)
  const chosen = chooseRemote(options, written)
  if (!chosen.ok) return { store: local, problems: chosen.problems }
  return {
    store: chosen.value ? await connect(local, chosen.value, options.env) : local,
    problems: [],
  }
}
