import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { PartFacts } from '../../core/doctor.js'
import { listBuilt } from '../../engine/native/built.js'
import { installedPackage, nativePackages } from '../../engine/native/installed.js'
import { projectEngines } from '../engine-folder.js'

const packageAt = (name: string, from: string): { folder: string; version: string } | undefined => {
  for (const base of [join(from, 'package.json'), import.meta.url])
    try {
      const manifest = createRequire(base).resolve(`${name}/package.json`)
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
      return { folder: dirname(manifest), version }
    } catch {
      // Not found from here, or it keeps its manifest to itself.
    }
  return undefined
}

const plain = (name: string, from: string): PartFacts => {
  const found = packageAt(name, from)
  return found ? { name, version: found.version } : { name }
}

/** What the package's own installer left, which Trimtab does without. */
const installerNote = (folder: string): string => {
  const addon = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node')
  const library = join(folder, 'deps', 'lib')
  const [hasAddon, hasLibrary] = [existsSync(addon), existsSync(library)]
  if (hasAddon && hasLibrary)
    return 'its own installer has run (TensorFlow 2.9 of 2022), which Trimtab does not use'
  if (hasAddon || hasLibrary)
    return `its own installer stopped half-way (${hasAddon ? 'no libtensorflow' : 'no addon'}); Trimtab does without it`
  return 'its own installer has not run; Trimtab builds the addon itself'
}

/** Packages, addons and libraries that engines are made of. Nothing is loaded. */
export const partFacts = (cwd: string): readonly PartFacts[] => {
  const native = installedPackage(cwd)
  const built = listBuilt(projectEngines(cwd))
  return [
    ...['core', 'layers', 'backend-wasm', 'backend-cpu'].map(name => plain(`@tensorflow/tfjs-${name}`, cwd)),
    native
      ? {
          name: native.name,
          version: native.version,
          note: native.sharesCore
            ? installerNote(native.folder)
            : 'it computes with another copy of @tensorflow/tfjs-core (`npm dedupe` mends it)',
        }
      : { name: nativePackages[0] },
    ...built.map(({ name, tensorflow, device, source }) => ({
      name: `native engine ${name}`,
      version: `TensorFlow ${tensorflow}`,
      note: `libtensorflow for ${device === 'cuda' ? 'CUDA' : 'the CPU'}, from ${source}`,
    })),
    ...(built.length === 0 ? [{ name: 'native engine', note: 'none is built' }] : []),
    plain('webgpu', cwd),
    plain('@tensorflow/tfjs-backend-webgpu', cwd),
    { ...plain('onnxruntime-node', cwd), note: 'runs exported ONNX files' },
  ]
}
