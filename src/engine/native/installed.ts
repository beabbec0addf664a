import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The packages whose sources make the addon, in the order in which they are looked for. */
export const nativePackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const

/** An installed package that can drive TensorFlow's own library. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly folder: string
  /** Does it use the same copy of tfjs-core as we do? With another copy our tensors would not be its tensors. */
  readonly sharesCore: boolean
}

const here = createRequire(import.meta.url)

const corePath = (from: NodeJS.Require): string | undefined => {
  try {
    return realpathSync(from.resolve('@tensorflow/tfjs-core'))
  } catch {
    return undefined
  }
}

/** The copy of tfjs-core that the package computes with: the one that its union package finds. */
const coreOf = (folder: string): string | undefined => {
  try {
    const union = createRequire(join(folder, 'package.json')).resolve('@tensorflow/tfjs/package.json')
    return corePath(createRequire(union))
  } catch {
    return undefined
  }
}

const lookFrom = (base: string, name: string): InstalledPackage | undefined => {
  try {
    const manifest = createRequire(base).resolve(`${name}/package.json`)
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    const folder = dirname(manifest)
    return { name, version, folder, sharesCore: coreOf(folder) === corePath(here) }
  } catch {
    return undefined
  }
}

/**
 * tfjs-node-gpu, or else tfjs-node, as the project, or else we ourselves, find it; one that shares our tfjs-core is
 * preferred. Undefined where neither is installed.
 */
export const installedPackage = (from = process.cwd()): InstalledPackage | undefined => {
  const bases = [join(from, 'package.json'), import.meta.url]
  const all = nativePackages.flatMap(name => bases.flatMap(base => lookFrom(base, name) ?? []))
  return all.find(({ sharesCore }) => sharesCore) ?? all[0]
}
