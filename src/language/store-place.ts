import { dirname, relative } from 'node:path'
import {
  credentialField,
  endpointFault,
  parseRemote,
  type AddressFault,
  type RemoteAddress,
} from '../core/remote-address.js'
import type { Entry, Node } from './node.js'
import { mayRead, type Reach } from './paths.js'
import type { Reporter } from './reporter.js'
import { isSecretName } from './secrets.js'
import type { ValueFault } from './sentences.js'
import type { Place } from './source-file.js'

/** Where the results of a recipe are shared. */
export interface StorePlace {
  readonly remote: RemoteAddress
  /** `never`: what is there is used, nothing is put there by a run. */
  readonly push: 'auto' | 'never'
}

/** The part as its schema left it. */
export interface WrittenStore {
  readonly remote: string
  readonly region?: string
  readonly endpoint?: string
  readonly push: 'auto' | 'never'
}

/** Keys of other tools that stand for credentials, whose names do not say it. */
const credentialKeys = new Set(['accessKeyId', 'access_key_id', 'sessionToken', 'session_token'])

/** Tells of keys of `store` that would be credentials; gives the faults that are left. */
export const tellCredentialKeys = (
  faults: readonly ValueFault[],
  store: Entry | undefined,
  reporter: Reporter,
): readonly ValueFault[] => {
  const { value } = store ?? {}
  if (value?.kind !== 'map') return faults
  const isCredential = ({ code, path: [part, key], path }: ValueFault): boolean =>
    code === 'unknown-key' &&
    path.length === 2 &&
    part === 'store' &&
    typeof key === 'string' &&
    (credentialKeys.has(key) || isSecretName(key, true))
  for (const fault of faults.filter(isCredential)) {
    const name = String(fault.path[1])
    const entry = value.entries.get(name)
    if (!entry) continue
    entry.value.source.hide(entry.value.start, entry.value.end)
    const { code, message, hint } = credentialField(name)
    reporter.report(code, message, entry.key, hint)
  }
  return faults.filter(fault => !isCredential(fault))
}

const tell = ({ code, message, hint }: AddressFault, place: Place, reporter: Reporter): void => {
  if (code === 'remote-credentials') place.source.hide(place.start, place.end)
  reporter.report(code, message, place, hint)
}

/** The part `store`, whose schema holds; undefined where its address is faulty, which was told. */
export const readStorePlace = (
  { remote, region, endpoint, push }: WrittenStore,
  node: Node,
  { project, allowed }: Pick<Reach, 'project' | 'allowed'>,
  reporter: Reporter,
): StorePlace | undefined => {
  const placeOf = (key: string): Place =>
    (node.kind === 'map' ? node.entries.get(key)?.value : undefined) ?? node
  const place = placeOf('remote')
  const from = dirname(place.source.path)
  const parsed = parseRemote(remote, from)
  const server = endpoint === undefined ? undefined : endpointFault(endpoint)
  if (server) tell(server, placeOf('endpoint'), reporter)
  if ('fault' in parsed) {
    tell(parsed.fault, place, reporter)
    return undefined
  }
  const { address } = parsed
  if (address.type === 's3')
    return server
      ? undefined
      : {
          remote: {
            ...address,
            ...(region === undefined ? {} : { region }),
            ...(endpoint === undefined ? {} : { endpoint }),
          },
          push,
        }
  const stray = region === undefined ? endpoint && 'endpoint' : 'region'
  if (stray !== undefined) {
    reporter.report(
      'remote-address',
      `a remote that is a folder has no ${stray}`,
      placeOf(stray),
      'It goes with an address that begins with s3://.',
    )
    return undefined
  }
  if (mayRead(address.folder, { project, allowed })) return { remote: address, push }
  const near = relative(from, address.folder)
  reporter.report(
    'path-outside',
    `${near.startsWith('../..') ? address.folder : near} lies outside of the project (${project})`,
    place,
    'Allow it with `allowPaths: [FOLDER]` at the top of the recipe, or give it on the command line: --remote file:///FOLDER.',
  )
  return undefined
}
