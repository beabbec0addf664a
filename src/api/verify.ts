import type { Verification } from '../store/verify/verification.js'
import { verifyStore, type VerifyOptions } from '../store/verify/verify-store.js'
import { storeHere } from './records.js'

/**
 * Reads the whole store of a folder's project, moves what is damaged out of the way and says what must run again.
 * Undefined where nothing was ever stored.
 */
export const verify = async (
  options: Pick<VerifyOptions, 'onProgress'> & { readonly store?: string; readonly cwd?: string } = {},
): Promise<Verification | undefined> => {
  const store = await storeHere(options.store, options.cwd ?? process.cwd())
  return store && verifyStore({ ...options, store })
}
