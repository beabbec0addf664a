import { mkdir, rm, statfs } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { problem, ProblemError } from '../core/problem.js'
import { formatBytes } from '../core/units.js'
import { bringTensorFlow } from '../engine/native/build/bring.js'
import { findCompiler, nodeHeaders } from '../engine/native/build/compile.js'
import { unsupported } from '../engine/native/build/machine.js'
import { makeEngine } from '../engine/native/build/make.js'
import { engineName } from '../engine/native/build/name.js'
import { newestTensorFlow } from '../engine/native/build/newest.js'
import { readRequest, type Request } from '../engine/native/build/request.js'
import { installedTensorFlow } from '../engine/native/build/tensorflow.js'
import { tryEngine, type Tried } from '../engine/native/build/try-engine.js'
import { currentFile, damageOf, readBuilt, type Found } from '../engine/native/built.js'
import { installedPackage, type InstalledPackage } from '../engine/native/installed.js'
import { writeFileSafely } from '../store/write-file.js'
import {
  discardBuild,
  downloadsFolder,
  engineFault,
  folderBytes,
  nearestFolder,
  projectEngines,
  publish,
  removeDeadBuilds,
  removeDownloads,
  unfinishedFolder,
} from './engine-folder.js'

export interface BuildOptions {
  /** A version of TensorFlow, or a folder that pip has put one into. Absent: the newest of the index. */
  readonly tensorflow?: string
  /** For NVIDIA GPUs. Absent: where the machine shows one. */
  readonly cuda?: boolean
  /** Builds again what is there already, and brings its TensorFlow anew. */
  readonly force?: boolean
  readonly cwd?: string
  readonly tell?: (progress: BuildProgress) => void
  readonly signal?: AbortSignal
}

/** What a build does now. */
export interface BuildProgress {
  readonly phase: 'ask' | 'download' | 'unpack' | 'compile' | 'try'
  readonly what: string
  /** Bytes; `total` is 0 where it is not known. */
  readonly done: number
  readonly total: number
}

export interface BuildReport {
  readonly name: string
  readonly folder: string
  readonly tensorflow: string
  readonly device: 'cpu' | 'cuda'
  readonly source: string
  /** Of the engine on disk, without what links lead to. */
  readonly bytes: number
  /** It was there already, and is used from now on. */
  readonly reused: boolean
  readonly trial: Extract<Tried, { works: true }>
}

/** Bytes that a build needs at its peak: the wheels and what is unpacked of them. */
const needed = { cpu: 1_400_000_000, cuda: 10_000_000_000 } as const

const packageToBuild = (cwd: string): InstalledPackage => {
  const found = installedPackage(cwd)
  if (found === undefined)
    throw new ProblemError(
      problem(
        'build-tool-missing',
        '@tensorflow/tfjs-node-gpu is not installed: the addon is built from its sources',
        {
          hint: 'Run `npm install --ignore-scripts @tensorflow/tfjs-node-gpu`. (Its own installer is not needed: it brings a TensorFlow of 2022.)',
        },
      ),
    )
  if (!found.sharesCore)
    throw new ProblemError(
      problem(
        'engine-unsupported',
        `${found.name} in ${found.folder} uses another copy of tfjs-core than Trimtab`,
        {
          hint: 'Install Trimtab and it in the same project, then run `npm dedupe`.',
        },
      ),
    )
  return found
}

const checkRoom = async (engines: string, request: Request): Promise<void> => {
  if (request.from === 'folder') return
  const { bavail, bsize } = await statfs(nearestFolder(engines))
  const free = bavail * bsize
  if (free >= needed[request.device]) return
  throw new ProblemError(
    problem(
      'disk-full',
      `${engines} has ${formatBytes(free)} free; the build needs ${formatBytes(needed[request.device])}`,
      {
        hint: 'Make room, or set `TRIMTAB_ENGINES` to a folder on another disk.',
      },
    ),
  )
}

/** The request with the version that the newest TensorFlow of the index has now, where none is asked for. */
const withVersion = async (request: Request, signal: AbortSignal | undefined): Promise<Request> => {
  if (request.from === 'folder' || request.version !== undefined) return request
  const version = await newestTensorFlow(request.device, signal)
  return version === undefined ? request : { ...request, version }
}

/** An engine that answers the request and is whole. */
const builtAlready = (engines: string, request: Request, from: InstalledPackage): Found | undefined => {
  if (request.from !== 'index' || request.version === undefined) return undefined
  const found = readBuilt(engines, engineName({ version: request.version, device: request.device }, false))
  if (!found || damageOf(found) !== undefined) return undefined
  return found.package.name === from.name && found.package.version === from.version ? found : undefined
}

const tryOrFail = async (
  folder: string,
  device: 'cpu' | 'cuda',
  signal: AbortSignal | undefined,
): Promise<Extract<Tried, { works: true }>> => {
  const tried = await tryEngine(folder, device, signal)
  if (tried.works) return tried
  throw new ProblemError(
    problem('engine-build-failed', `the engine is built and does not run: ${tried.why}`, {
      hint:
        tried.known === undefined || tried.known.mend.endsWith('engine build native`.')
          ? 'Bring TensorFlow anew with `trimtab engine build native --force`, or try another: `--tensorflow 2.16.2`. Nothing was kept.'
          : tried.known.mend,
    }),
  )
}

const use = (engines: string, name: string): Promise<void> =>
  writeFileSafely(join(engines, currentFile), `${name}\n`)

/**
 * Builds the native engine: TensorFlow from pip or the Python index, the addon from the sources inside the installed
 * tfjs-node-gpu, a trial in a process of its own. Only an engine that trains is kept, and is used from then on. Nothing in
 * node_modules is touched. Throws ProblemError; rejects with the signal's reason where it aborts.
 */
export const buildEngine = async (options: BuildOptions = {}): Promise<BuildReport> => {
  const { cwd = process.cwd(), signal, tell = () => undefined } = options
  const fault = unsupported()
  if (fault) throw new ProblemError(fault)
  const asked = readRequest(
    options.tensorflow === undefined
      ? undefined
      : /[/\\]/.test(options.tensorflow)
        ? resolve(cwd, options.tensorflow)
        : options.tensorflow,
    options.cuda,
  )
  // Before a folder is made for what cannot be built.
  if (asked.from === 'folder') installedTensorFlow(asked.path)
  const from = packageToBuild(cwd)
  const compiler = await findCompiler()
  nodeHeaders()
  const engines = resolve(cwd, projectEngines(cwd))
  await removeDeadBuilds(engines)
  if (asked.from === 'index' && asked.version === undefined)
    tell({ phase: 'ask', what: 'for the newest TensorFlow', done: 0, total: 0 })
  const request = await withVersion(asked, signal)
  const there = options.force ? undefined : builtAlready(engines, request, from)
  if (there) {
    tell({ phase: 'try', what: there.name, done: 0, total: 0 })
    const trial = await tryEngine(there.folder, there.device, signal)
    if (trial.works) {
      await use(engines, there.name).catch((error: unknown) => {
        throw engineFault(error, engines)
      })
      const { name, folder, tensorflow, device, source } = there
      const bytes = await folderBytes(folder)
      return { name, folder, tensorflow, device, source, bytes, reused: true, trial }
    }
  }
  await checkRoom(engines, request)
  const folder = unfinishedFolder(engines, 'building')
  try {
    await mkdir(folder, { recursive: true })
    const brought = await bringTensorFlow(request, {
      folder,
      engines,
      downloads: downloadsFolder(engines),
      // One that is there and does not run may have a torn library.
      anew: options.force === true || there !== undefined,
      tell: (phase, what, done, total) => tell({ phase, what, done, total }),
      ...(signal ? { signal } : {}),
    })
    const name = engineName(brought, request.from === 'folder')
    tell({ phase: 'compile', what: compiler.version, done: 0, total: 0 })
    await makeEngine(folder, from, brought, compiler, signal)
    tell({ phase: 'try', what: name, done: 0, total: 0 })
    const trial = await tryOrFail(folder, brought.device, signal)
    for (const rest of ['scratch', 'wheels']) await rm(join(folder, rest), { recursive: true, force: true })
    await publish(engines, folder, name)
    await use(engines, name)
    await removeDownloads(engines, 'old')
    const bytes = await folderBytes(join(engines, name))
    const { version, device, source } = brought
    return {
      name,
      folder: join(engines, name),
      tensorflow: version,
      device,
      source,
      bytes,
      reused: false,
      trial,
    }
  } catch (error) {
    // What cannot be cleared now, the next build clears.
    await discardBuild(engines, folder).catch(() => undefined)
    throw engineFault(error, engines)
  }
}
