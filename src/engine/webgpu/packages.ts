import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

export const dawnPackage = 'webgpu'
export const backendPackage = '@tensorflow/tfjs-backend-webgpu'

export interface Found {
  readonly folder: string
  readonly version: string
  /** `file:` URL of its entry, to import. */
  readonly url: string
}

const ours = import.meta.url
const project = (): string => join(process.cwd(), 'package.json')

const resolve = (name: string, from: string): string | undefined => {
  try {
    return createRequire(from).resolve(name)
  } catch {
    return undefined
  }
}

const find = (name: string, bases: readonly string[]): Found | undefined => {
  for (const base of bases) {
    // Dawn's package exports no manifest of its own in some versions, so it is looked for above the entry.
    const entry = resolve(name, base)
    if (entry === undefined) continue
    for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
      const manifest = join(folder, 'package.json')
      if (!existsSync(manifest)) continue
      const { name: called, version } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>
      if (called === name) return { folder, version: version ?? '', url: pathToFileURL(entry).href }
    }
  }
  return undefined
}

/** Dawn's package as the project, or else we ourselves, would find it; undefined where it is not installed. */
export const findDawn = (): Found | undefined => find(dawnPackage, [project(), ours])

/** tfjs's backend, ours before the project's: it must share our copy of tfjs. */
export const findBackend = (): Found | undefined => find(backendPackage, [ours, project()])

/** Does this backend run on the copy of tfjs that we compute with? One beside another knows none of our tensors. */
export const sharesCore = ({ url }: Found): boolean =>
  resolve('@tensorflow/tfjs-core', url) === resolve('@tensorflow/tfjs-core', ours)

/** Dawn's binary for this platform. */
export const dawnBinary = ({ folder }: Found): string => {
  const arch = process.platform === 'darwin' ? 'universal' : process.arch
  return join(folder, 'dist', `${process.platform}-${arch}`, 'dawn.node')
}
