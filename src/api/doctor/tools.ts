import { statfsSync } from 'node:fs'
import type { BuildFacts } from '../../core/doctor.js'
import { findCompiler } from '../../engine/native/build/compile.js'
import { findPip } from '../../engine/native/build/pip.js'
import { runCommand } from '../../engine/native/build/run-command.js'
import { nearestFolder, projectEngines } from '../engine-folder.js'

const compilerHere = async (): Promise<string | undefined> => {
  try {
    return (await findCompiler()).version
  } catch {
    return undefined
  }
}

/** `pip 24.0 of Python 3.11` */
const pipHere = async (): Promise<string | undefined> => {
  const pip = await findPip()
  const said = pip && (await runCommand(pip[0], [...pip.slice(1), '--version']))?.out
  const found = /^pip (\S+) from .* \(python ([\d.]+)\)/m.exec(said ?? '')
  return found ? `pip ${found[1]} of Python ${found[2]}` : pip?.join(' ')
}

const freeIn = (folder: string): number | undefined => {
  try {
    const { bavail, bsize } = statfsSync(nearestFolder(folder))
    return bavail * bsize
  } catch {
    return undefined
  }
}

/** What `trimtab engine build native` would work with. Nothing is written. */
export const buildFacts = async (cwd: string): Promise<BuildFacts> => {
  const engines = projectEngines(cwd)
  const [compiler, pip] = await Promise.all([compilerHere(), pipHere()])
  const free = freeIn(engines)
  return {
    engines,
    ...(free === undefined ? {} : { free }),
    ...(compiler === undefined ? {} : { compiler }),
    ...(pip === undefined ? {} : { pip }),
  }
}

/** Settings of the environment that change which engine is found, what it computes with, or how fast it is. */
const telling =
  /^(TRIMTAB_(ENGINES|GRAPH|LANE|DEVICES|WEBGPU|HEAP)|CUDA_(VISIBLE_DEVICES|DEVICE_ORDER)|TF_(CPP|ENABLE|FORCE|NUM|GPU|CUDNN|USE|XLA|DETERMINISTIC|DISABLE)_\w+|XLA_FLAGS|OMP_NUM_THREADS|VK_(ADD_)?DRIVER_FILES|VK_ICD_FILENAMES|NODE_OPTIONS|LD_LIBRARY_PATH|LD_PRELOAD|CXX|PIP_(INDEX_URL|EXTRA_INDEX_URL|CONFIG_FILE|FIND_LINKS|NO_INDEX))$/

/** Those that are set, by name; without the password that an address may hold. */
export const settingFacts = (env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(env)
      .filter(([name, value]) => value !== undefined && value !== '' && telling.test(name))
      .map(([name, value]) => [name, value!.replaceAll(/\/\/[^/@\s]*@/g, '//…@')])
      .sort(([a], [b]) => (a! < b! ? -1 : 1)),
  )
