import { createHash } from 'node:crypto'
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuiltEngine } from '../built.js'
import { manifestFile } from '../built.js'
import type { InstalledPackage } from '../installed.js'
import type { Brought } from './bring.js'
import { compileAddon, napiVersion, type Compiler } from './compile.js'
import { libraryNames } from './tensorflow.js'

const addonFile = 'tfjs_binding.node'

const writeSynced = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * Compiles the addon in `folder`, where TensorFlow lies already, and describes it in `engine.json`. Throws ProblemError (`engine-build-failed`).
 */
export const makeEngine = async (
  folder: string,
  from: InstalledPackage,
  tensorflow: Brought,
  compiler: Compiler,
  signal?: AbortSignal,
): Promise<BuiltEngine> => {
  const compilation = {
    sources: from.folder,
    site: join(folder, 'site'),
    include: tensorflow.include,
    folder,
    addon: addonFile,
  }
  await compileAddon(compiler, compilation, signal)
  const bytes = await readFile(join(folder, addonFile))
  const libraries = await Promise.all(
    libraryNames().map(async name => {
      const file = `site/tensorflow/${name}`
      return { file, bytes: (await stat(join(folder, file))).size }
    }),
  )
  const engine: BuiltEngine = {
    format: 1,
    engine: 'native',
    package: { name: from.name, version: from.version },
    tensorflow: tensorflow.version,
    device: tensorflow.device,
    addon: {
      file: addonFile,
      bytes: bytes.length,
      digest: createHash('sha256').update(bytes).digest('hex'),
      napi: napiVersion,
      platform: process.platform,
      arch: process.arch,
    },
    libraries,
    source: tensorflow.source,
    builtWith: `${compiler.version}, Node ${process.version}`,
  }
  await writeSynced(join(folder, manifestFile), `${JSON.stringify(engine, undefined, 2)}\n`)
  return engine
}
