import { existsSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Digest } from '../core/brand.js'
import { digestValue } from '../core/hash.js'
import { version } from '../core/home.js'
import { probeEngines } from '../engine/probe.js'
import { projectOf } from '../language/project.js'
import { machineClass } from '../plan/machine.js'
import { lockPathOf } from '../store/lock.js'
import type { PlanOptions, RunOptions } from './options.js'
import { storeFolder } from './store-folder.js'

/** What is asked for, and where. */
export interface Asking {
  /** Of the options, the environment's params, the versions, engines and machine that answer. */
  readonly asked: Digest
  readonly folder: string
  readonly project: string
}

/** What is asked for; undefined where it cannot be told by options and files alone. */
export const askingOf = async (
  options: PlanOptions & Pick<RunOptions, 'frozen'>,
): Promise<Asking | undefined> => {
  const cwd = options.cwd ?? process.cwd()
  const file = resolve(cwd, options.recipe)
  if (!existsSync(file) || options.kinds) return undefined
  const recipe = realpathSync(file)
  const project = projectOf(dirname(recipe))
  const folder = storeFolder(project, options.store)
  const env = Object.entries(options.env ?? process.env).filter(([name]) => name.startsWith('TRIMTAB_PARAM_'))
  const asked = digestValue({
    recipe,
    project,
    cwd,
    set: options.set ?? {},
    sweep: options.sweep ?? {},
    params: options.paramsFiles ?? [],
    only: options.only ?? [],
    partial: options.only !== undefined,
    engine: options.engine ?? '',
    remote: options.remote ?? (options.env ?? process.env)['TRIMTAB_REMOTE'] ?? '',
    push: options.push ?? true,
    env: env.map(([name, value]) => [name, value ?? '']).sort(([a], [b]) => (a! < b! ? -1 : 1)),
    version: version(),
    node: process.version,
    machine: machineClass(),
    // Its content is watched where it is there.
    lock: existsSync(lockPathOf(recipe)),
    frozen: options.frozen ?? false,
    engines: await probeEngines(),
  })
  return { asked, folder, project }
}
