import { existsSync } from 'node:fs'
import { copyFile, link, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { librariesFault, readBuilt } from '../built.js'
import { filesBelow } from './files-below.js'
import { engineName } from './name.js'
import { includeFolder } from './unpack.js'

/** A file in a second place: the same bytes on disk, or a copy where the disk has no hard links. */
const linkOrCopy = async (from: string, to: string): Promise<void> => {
  try {
    await link(from, to)
  } catch {
    await copyFile(from, to)
  }
}

/**
 * Takes TensorFlow over from an engine of the same version that is built already, so that one for another version of
 * tfjs-node-gpu, or by another compiler, needs no download. Gives what that engine's TensorFlow came from; undefined
 * where there is no such engine, or its TensorFlow is not whole.
 */
export const reuseTensorFlow = async (
  engines: string,
  version: string,
  device: 'cpu' | 'cuda',
  site: string,
): Promise<string | undefined> => {
  const found = readBuilt(engines, engineName({ version, device }, false))
  if (!found || librariesFault(found) !== undefined) return undefined
  const old = join(found.folder, 'site')
  if (!existsSync(includeFolder(old))) return undefined
  for (const file of await filesBelow(old)) {
    const [from, to] = [join(old, file), join(site, file)]
    await mkdir(dirname(to), { recursive: true })
    await linkOrCopy(from, to)
  }
  return found.source
}
