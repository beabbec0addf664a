import type { RemoteAddress } from '../../core/remote-address.js'
import { openFolder } from './file.js'
import type { Patience } from './patience.js'
import type { Remote } from './remote.js'

export interface OpenRemoteOptions {
  readonly patience: Patience
  /** Ends all that is under way. */
  readonly signal?: AbortSignal
  /** For the AWS environment's endpoint. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The remote at an address. Asks it nothing yet. */
export const openRemote = async (address: RemoteAddress, options: OpenRemoteOptions): Promise<Remote> => {
  if (address.type === 'file') return openFolder(address, options)
  const { openS3 } = await import('./s3.js')
  return openS3(address, options)
}
