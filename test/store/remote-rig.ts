// Stores with something in them, and remotes behind them.
import { join } from 'node:path'
import { makeArtifact, type ObjectRef } from '../../src/core/artifact.js'
import type { Key } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import { parseRemote } from '../../src/core/remote-address.js'
import { openStore } from '../../src/store/open.js'
import { openRemote } from '../../src/store/remote/open.js'
import { patienceOf } from '../../src/store/remote/patience.js'
import { addRemote, type RemotedStore } from '../../src/store/remote/exchange.js'
import type { Store, StoredResult } from '../../src/store/store.js'
import { emptyFolder } from '../rig.js'

/** Short enough for a test, long enough for a busy machine. */
export const hasty = 'connect=1,idle=0.7,total=1.5,lookup=2.5,push=6'

export const bytesOf = (name: string, count: number): Uint8Array => {
  const random = stream(7, name)
  const bytes = new Uint8Array(count)
  // A page of noise, repeated with its number: enough that no two stretches of the same length are alike.
  for (let at = 0; at < Math.min(count, 4096); at++) bytes[at] = Math.floor(random.uniform() * 256)
  for (let at = 4096; at < count; at += 4096) {
    bytes.copyWithin(at, 0, Math.min(4096, count - at))
    new DataView(bytes.buffer).setUint32(Math.min(at, count - 4), at)
  }
  return bytes
}

export const freshStore = (): Promise<Store> => openStore(join(emptyFolder(), '.trimtab'))

/** A result with objects of so many bytes, in the store. */
export const makeResult = async (
  store: Pick<Store, 'objects' | 'results'>,
  name: string,
  sizes: readonly number[],
): Promise<StoredResult> => {
  const objects: Record<string, ObjectRef> = {}
  for (const [index, size] of sizes.entries()) {
    const bytes = bytesOf(`${name} ${index}`, size)
    objects[`part${index}`] = { digest: await store.objects.put(bytes), bytes: size }
  }
  const result: StoredResult = {
    key: digestOf(`key of ${name}`) as string as Key,
    kind: 'tick',
    instance: name,
    output: {
      outputs: { sum: makeArtifact('file', objects, {}) },
      metrics: { model: { sum: sizes.length } },
    },
    seconds: 1.5,
    parts: { name },
  }
  await store.results.save(result)
  return result
}

/** A remote behind a store, by its address. */
export const behind = async (
  local: Store,
  url: string,
  { endpoint, patience = hasty }: { readonly endpoint?: string; readonly patience?: string } = {},
): Promise<RemotedStore> => {
  const parsed = parseRemote(url, '/')
  if ('fault' in parsed) throw new Error(parsed.fault.message)
  const { address } = parsed
  const place = address.type === 's3' && endpoint !== undefined ? { ...address, endpoint } : address
  const env = { TRIMTAB_REMOTE_PATIENCE: patience }
  const remote = await openRemote(place, { patience: patienceOf(env), env })
  return addRemote(local, remote, { patience: patienceOf(env), push: true })
}

export const codes = ({ exchange }: RemotedStore): string[] => exchange.problems().map(({ code }) => code)

/** Puts all of these there, from a store of their own, and waits for it. */
export const pushAll = async (store: RemotedStore, results: readonly StoredResult[]): Promise<void> => {
  for (const result of results) store.exchange.push(result)
  await store.exchange.settle()
}
