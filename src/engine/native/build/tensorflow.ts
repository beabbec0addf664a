import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fail } from '../../../core/problem.js'
import { compareVersions } from './wheel.js'

/** TensorFlow as it lies in a `site-packages` folder, or in ours. */
export interface TensorFlow {
  /** The folder that holds `tensorflow`. */
  readonly site: string
  readonly version: string
  readonly device: 'cpu' | 'cuda'
}

/** The oldest TensorFlow whose wheel has `libtensorflow_cc`, which the addon is built against. */
export const oldest = '2.12'

/** File names of the two libraries that the addon loads. */
export const libraryNames = (platform: string = process.platform): readonly [string, string] =>
  platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']

/** `tensorflow`, or a variant of it that brings the folder `tensorflow`. */
const variants =
  /^(tensorflow(?:_cpu|_gpu|_intel|_macos|_cpu_aws|_rocm)?|tf_nightly(?:_cpu)?)-(\d[^-]*)\.dist-info$/

const versionBeside = (site: string): string | undefined => {
  try {
    return readdirSync(site)
      .flatMap(name => variants.exec(name)?.[2] ?? [])
      .sort(compareVersions)
      .at(-1)
  } catch {
    return undefined
  }
}

const numberOf = (header: string, name: string): string | undefined =>
  new RegExp(`#define TF_${name}_VERSION (\\d+)`).exec(header)?.[1]

/** For a TensorFlow without its `dist-info`: what its headers say. */
const versionInside = (site: string): string | undefined => {
  for (const name of ['release_version.h', 'version.h'])
    try {
      const header = readFileSync(join(site, 'tensorflow/include/tensorflow/core/public', name), 'utf8')
      const parts = ['MAJOR', 'MINOR', 'PATCH'].map(part => numberOf(header, part))
      if (parts.every(part => part !== undefined)) return parts.join('.')
    } catch {
      // The other one, then.
    }
  return undefined
}

/** Was it built for NVIDIA GPUs? Its own description says so; where that is gone, it counts as built for CPUs. */
const deviceOf = (site: string): TensorFlow['device'] => {
  try {
    const info = readFileSync(join(site, 'tensorflow/python/platform/build_info.py'), 'utf8')
    return /'is_cuda_build', True/.test(info) ? 'cuda' : 'cpu'
  } catch {
    return 'cpu'
  }
}

/** Looks at the TensorFlow in a folder. Undefined: there is none. */
export const inspectSite = (site: string): TensorFlow | undefined => {
  if (!libraryNames().every(name => existsSync(join(site, 'tensorflow', name)))) return undefined
  const version = versionBeside(site) ?? versionInside(site)
  return version === undefined ? undefined : { site, version, device: deviceOf(site) }
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

const sitesBelow = (folder: string): string[] => {
  const lib = join(folder, 'lib')
  const pythons = isFolder(lib) ? readdirSync(lib).filter(name => name.startsWith('python')) : []
  return pythons.map(name => join(lib, name, 'site-packages'))
}

/**
 * The TensorFlow that pip has put somewhere: `path` is a `site-packages` folder, its `tensorflow` folder, or a virtual
 * environment. Throws ProblemError (`tensorflow-unavailable`) where there is none, or one too old.
 */
export const installedTensorFlow = (path: string): TensorFlow => {
  const folder = resolve(path)
  const places = [
    folder,
    ...(basename(folder) === 'tensorflow' ? [dirname(folder)] : []),
    ...sitesBelow(folder),
  ]
  const found = places.map(inspectSite).find(each => each !== undefined)
  if (found === undefined) {
    const place = places.find(each => isFolder(join(each, 'tensorflow')))
    if (place === undefined)
      return fail(
        'tensorflow-unavailable',
        `there is no TensorFlow in ${folder}`,
        folder.endsWith('.whl')
          ? `Unpack the wheel with pip, and name the folder: \`pip install --no-deps --target tf ${path}\`, then \`--tensorflow ./tf\`.`
          : 'Name a site-packages folder, the tensorflow folder in it, a virtual environment, or a version: `--tensorflow 2.21.0`.',
      )
    return fail(
      'tensorflow-unavailable',
      `the TensorFlow in ${place} has no ${libraryNames()[0]}`,
      `Wheels have it from TensorFlow ${oldest} on: \`pip install --upgrade tensorflow\`, or name a version: \`--tensorflow 2.21.0\`.`,
    )
  }
  if (compareVersions(found.version, oldest) < 0)
    return fail(
      'tensorflow-unavailable',
      `the TensorFlow in ${found.site} is ${found.version}; the addon needs ${oldest} or later`,
      '`pip install --upgrade tensorflow`, or name a version: `--tensorflow 2.21.0`.',
    )
  return found
}
