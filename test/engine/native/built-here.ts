import { homedir } from 'node:os'
import { join } from 'node:path'
import { listBuilt, type Found } from '../../../src/engine/native/built.js'

/** Where tests find built engines: `.ci/run` builds one there, and so does `node scripts/install-native.mjs`. */
export const testEngines = (): string =>
  process.env['TRIMTAB_TEST_ENGINES'] ??
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'trimtab/engines')

/** A built engine to test with; undefined, after a line that says so, where none is there. */
export const builtHere = (): Found | undefined => {
  const found = listBuilt(testEngines())[0]
  if (!found)
    console.log(
      `No native engine in ${testEngines()}: its tests did not run (node scripts/install-native.mjs).`,
    )
  return found
}
