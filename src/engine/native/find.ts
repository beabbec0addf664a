import { damageOf, listBuilt, type Found } from './built.js'
import { enginesFolder } from './folder.js'
import { installedPackage, type InstalledPackage } from './installed.js'

/** The native engine that this machine can open, or why there is none. */
export type NativeState =
  | { readonly ready: true; readonly engine: Found; readonly package: InstalledPackage }
  | { readonly ready: false; readonly why: string; readonly hint: string }

const no = (why: string, hint: string): NativeState => ({ ready: false, why, hint })

const build = 'Run `trimtab engine build native`, or use `engine: wasm`.'

/** The built engine to use, found by looking at files alone: nothing is loaded, it takes milliseconds. */
export const findNative = (): NativeState => {
  if (process.platform === 'win32')
    return no(
      'TensorFlow for Windows has no library that an addon can be built against.',
      'Use `engine: wasm`, or Linux under WSL.',
    )
  const found = installedPackage()
  if (found === undefined)
    return no(
      '@tensorflow/tfjs-node-gpu is not installed.',
      'Run `npm install --ignore-scripts @tensorflow/tfjs-node-gpu`, then `trimtab engine build native`; or use `engine: wasm`.',
    )
  if (!found.sharesCore)
    return no(
      `${found.name} in ${found.folder} uses another copy of tfjs-core than Trimtab.`,
      'Install Trimtab and it in the same project, then run `npm dedupe`; or use `engine: wasm`.',
    )
  const engines = listBuilt(enginesFolder())
  if (engines.length === 0) return no(`${found.name} is installed, its addon is not built.`, build)
  const fitting = engines.filter(
    ({ package: { name, version } }) => name === found.name && version === found.version,
  )
  if (fitting.length === 0) {
    const { name, package: from } = engines[0]!
    return no(
      `the engine ${name} was built for ${from.name} ${from.version}, and ${found.name} ${found.version} is installed.`,
      build,
    )
  }
  const whole = fitting.find(engine => damageOf(engine) === undefined)
  if (whole === undefined) return no(`${damageOf(fitting[0]!)}.`, build)
  return { ready: true, engine: whole, package: found }
}

/** Raised when operations that Trimtab gives the native engine (`src/engine/graph`) give other numbers than before. */
const operations = 1

/**
 * `4.22.0+tf2.21.0+<first 12 digits of the addon's digest>.<revision of our operations>`: what a step that computes on
 * native has in its key.
 */
export const nativeVersion = ({ package: { version }, tensorflow, addon }: Found): string =>
  `${version}+tf${tensorflow}+${addon.digest.slice(0, 12)}.${operations}`
