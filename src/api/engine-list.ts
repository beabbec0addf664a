import { rename, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { didYouMean } from '../core/nearest.js'
import { problem, ProblemError } from '../core/problem.js'
import { tryEngine } from '../engine/native/build/try-engine.js'
import { damageOf, listBuilt, type Found } from '../engine/native/built.js'
import { findNative, nativeVersion } from '../engine/native/find.js'
import { installedPackage } from '../engine/native/installed.js'
import {
  engineFault,
  folderBytes,
  projectEngines,
  removeDeadBuilds,
  removeDownloads,
  unfinishedFolder,
} from './engine-folder.js'

/** A built engine, and whether it can be used. */
export interface EngineRow {
  readonly name: string
  readonly folder: string
  readonly version: string
  readonly tensorflow: string
  readonly device: 'cpu' | 'cuda'
  /** `@tensorflow/tfjs-node-gpu 4.22.0` */
  readonly package: string
  readonly source: string
  readonly builtWith: string
  readonly bytes: number
  /** The one that `engine: native` takes. */
  readonly used: boolean
  readonly works: boolean
  /** Does it compute on a GPU? Absent where it does not work. */
  readonly gpu?: boolean
  /** Why it does not work, or leaves a GPU alone. */
  readonly why?: string
}

const stale = (engine: Found, cwd: string): string | undefined => {
  const found = installedPackage(cwd)
  if (!found) return '@tensorflow/tfjs-node-gpu is not installed'
  if (found.name === engine.package.name && found.version === engine.package.version) return undefined
  return `it was built for ${engine.package.name} ${engine.package.version}, and ${found.name} ${found.version} is installed`
}

/** Every built engine of the project, each tried in a process of its own (2 s each). */
export const listEngines = async (cwd = process.cwd(), signal?: AbortSignal): Promise<EngineRow[]> => {
  const rows: EngineRow[] = []
  for (const engine of listBuilt(projectEngines(cwd))) {
    const { name, folder, tensorflow, device, source, builtWith } = engine
    const fault = stale(engine, cwd) ?? damageOf(engine)
    const tried = fault === undefined ? await tryEngine(folder, device, signal) : undefined
    const works = tried?.works === true
    const why = fault ?? (tried?.works === false ? tried.why : tried?.note)
    rows.push({
      name,
      folder,
      version: nativeVersion(engine),
      tensorflow,
      device,
      package: `${engine.package.name} ${engine.package.version}`,
      source,
      builtWith,
      bytes: await folderBytes(folder),
      used: works && !rows.some(({ used }) => used),
      works,
      ...(tried?.works ? { gpu: tried.gpu } : {}),
      ...(why === undefined ? {} : { why }),
    })
  }
  return rows
}

/** The engine that `engine: native` takes, as far as its files tell; undefined where none is built that it can take. */
export const usedEngine = (): string | undefined => {
  const state = findNative()
  return state.ready ? state.engine.name : undefined
}

/** Removes built engines, and wheels that builds left which did not come to their end; gives the bytes that are free again. Throws ProblemError (`engine-unknown`) before any goes. */
export const removeEngines = async (names: readonly string[], cwd = process.cwd()): Promise<number> => {
  const engines = projectEngines(cwd)
  const known = listBuilt(engines).map(({ name }) => name)
  const problems = names
    .filter(
      name => name.startsWith('.') || /[/\\]/.test(name) || !existsSync(join(engines, name, 'engine.json')),
    )
    .map(name =>
      problem('engine-unknown', `there is no engine "${name}" in ${engines}`, {
        hint:
          didYouMean(name, known) ??
          (known.length === 0 ? 'None is built.' : `There are: ${known.join(', ')}.`),
      }),
    )
  if (problems.length > 0) throw new ProblemError(...problems)
  await removeDeadBuilds(engines)
  let bytes = await removeDownloads(engines, 'all')
  for (const name of new Set(names)) {
    const gone = unfinishedFolder(engines, 'gone')
    bytes += await folderBytes(join(engines, name))
    try {
      await rename(join(engines, name), gone)
      await rm(gone, { recursive: true, force: true })
    } catch (error) {
      throw engineFault(error, engines)
    }
  }
  return bytes
}
