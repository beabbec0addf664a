import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { problem, ProblemError } from '../../../core/problem.js'
import { wheelsFolder } from './fetch-wheel.js'
import { downloadWithIndex } from './index-download.js'
import { downloadWithPip, findPip, newestWithPip, type Wanted } from './pip.js'
import { pythonsFor, tensorflowProjects } from './projects.js'
import type { Request } from './request.js'
import { reuseTensorFlow } from './reuse.js'
import { includeFolder, unpackWheel } from './unpack.js'
import { inspectSite, installedTensorFlow, type TensorFlow } from './tensorflow.js'
import { allows, compareVersions, cudaRequirements, parseWheelName, platformTags } from './wheel.js'
import { DamagedZip } from './zip.js'

/** TensorFlow where the compiler and the addon find it. */
export interface Brought extends TensorFlow {
  readonly include: string
  /** What it came from, for people. */
  readonly source: string
}

export interface Bringing {
  /** The unfinished engine's folder; TensorFlow goes to `site` in it. */
  readonly folder: string
  /** Where built engines lie: one of them may have the same TensorFlow. */
  readonly engines: string
  /** Where wheels of builds that did not come to their end lie, whole or begun. */
  readonly downloads: string
  /** Bring TensorFlow anew, though an engine that is built may have the same. */
  readonly anew: boolean
  readonly tell: (phase: 'download' | 'unpack', what: string, done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** `==2.21.0`; of `2.21` the newest 2.21. */
const specifierOf = (version: string | undefined): string =>
  version === undefined ? '' : /^\d+\.\d+$/.test(version) ? `==${version}.*` : `==${version}`

type Download = (
  project: string,
  specifier: string,
  pythons: readonly string[],
) => Promise<string | undefined>

/** A wheel that an earlier build has left. It is moved to this build's folder, so that two builds never share one. */
const leftBehind = async (
  { folder, downloads }: Bringing,
  project: string,
  specifier: string,
): Promise<string | undefined> => {
  if (specifier === '') return undefined
  const tags = new Set([...platformTags(), 'any'])
  const names = await readdir(downloads).catch(() => [])
  const fitting = names
    .flatMap(name => parseWheelName(name) ?? [])
    .filter(wheel => wheel.project === project && allows(specifier, wheel.version))
    .filter(wheel => wheel.platforms.some(platform => tags.has(platform)))
    .sort((a, b) => compareVersions(b.version, a.version))
  for (const { file } of fitting) {
    const mine = join(wheelsFolder(folder), file)
    try {
      await rename(join(downloads, file), mine)
      return mine
    } catch {
      // Another build took it.
    }
  }
  return undefined
}

const downloader = async (bringing: Bringing): Promise<Download> => {
  const { folder, tell, signal } = bringing
  const pip = await findPip()
  return async (project, specifier, pythons) => {
    const found = await leftBehind(bringing, project, specifier)
    if (found !== undefined) return found
    const requirement = `${project}${specifier}`
    tell('download', requirement, 0, 0)
    const wanted: Wanted = {
      requirement,
      pythons,
      folder: wheelsFolder(folder),
      scratch: join(folder, 'scratch'),
      progress: (done, total) => tell('download', requirement, done, total),
      ...(signal ? { signal } : {}),
    }
    if (!pip) return downloadWithIndex({ ...wanted, project, specifier, downloads: bringing.downloads })
    const newest = specifier === '' ? await newestWithPip(pip, project, pythons, signal) : undefined
    if (!newest) return downloadWithPip(pip, wanted)
    const { version, python } = newest
    const known = await leftBehind(bringing, project, `==${version}`)
    return (
      known ??
      downloadWithPip(pip, {
        ...wanted,
        requirement: `${project}==${version}`,
        pythons: [python, ...pythons],
      })
    )
  }
}

const unpack = async (wheel: string, site: string, { tell, signal }: Bringing): Promise<void> => {
  const name = basename(wheel)
  try {
    await unpackWheel(wheel, site, {
      progress: (done, total) => tell('unpack', name, done, total),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (!(error instanceof DamagedZip)) throw error
    await rm(wheel, { force: true })
    throw new ProblemError(
      problem('tensorflow-unavailable', `the wheel ${name} is damaged: ${error.message}`, {
        hint: 'It was deleted. Run the command again: it is downloaded anew (`pip cache purge` empties the cache of pip).',
      }),
    )
  }
}

const metadataOf = (site: string): string =>
  readdirSync(site)
    .filter(name => /^tensorflow.*\.dist-info$/.test(name))
    .map(name => readFileSync(join(site, name, 'METADATA'), 'utf8'))
    .join('\n')

const absent = (what: string): ProblemError =>
  new ProblemError(
    problem(
      'tensorflow-unavailable',
      `the Python index has no ${what} for ${process.platform} on ${process.arch}`,
      {
        hint: 'See which versions there are on https://pypi.org/project/tensorflow/#history; on an index of your own, mirror the project.',
      },
    ),
  )

/** NVIDIA's libraries, those that this TensorFlow names, beside it. */
const bringCuda = async (site: string, bringing: Bringing, download: Download): Promise<void> => {
  for (const { project, specifier } of cudaRequirements(metadataOf(site))) {
    const wheel = await download(project, specifier, ['3.11'])
    if (wheel === undefined) throw absent(`${project}${specifier}`)
    await unpack(wheel, site, bringing)
  }
}

const fromIndex = async (
  { version, device }: Extract<Request, { from: 'index' }>,
  bringing: Bringing,
): Promise<Brought> => {
  const site = join(bringing.folder, 'site')
  const taken =
    version === undefined || bringing.anew
      ? undefined
      : await reuseTensorFlow(bringing.engines, version, device, site)
  const reused = taken === undefined ? undefined : inspectSite(site)
  if (reused && taken !== undefined) return { ...reused, include: includeFolder(site), source: taken }
  const download = await downloader(bringing)
  const specifier = specifierOf(version)
  const projects = tensorflowProjects(device)
  for (const project of projects) {
    const wheel = await download(project, specifier, pythonsFor(version))
    if (wheel === undefined) continue
    await unpack(wheel, site, bringing)
    const found = inspectSite(site)
    if (found === undefined) {
      // Some wheels only point at another project.
      await rm(site, { recursive: true, force: true })
      await rm(wheel, { force: true })
      continue
    }
    if (device === 'cuda') await bringCuda(site, bringing, download)
    return { ...found, include: includeFolder(site), source: basename(wheel) }
  }
  throw absent(`${projects.join(' nor ')}${specifier === '' ? '' : ` ${version}`}`)
}

/**
 * Brings TensorFlow to where an engine is built: a link to the one that pip has installed, or what is needed of a wheel
 * from the index that pip uses. Throws ProblemError (`tensorflow-unavailable`).
 */
export const bringTensorFlow = async (request: Request, bringing: Bringing): Promise<Brought> => {
  await mkdir(wheelsFolder(bringing.folder), { recursive: true })
  if (request.from === 'index') return fromIndex(request, bringing)
  const found = installedTensorFlow(request.path)
  // A link keeps TensorFlow's own way to its neighbours (nvidia/…/lib), and the addon the same wherever it lies.
  await symlink(resolve(found.site), join(bringing.folder, 'site'))
  return { ...found, include: includeFolder(found.site), source: found.site }
}
